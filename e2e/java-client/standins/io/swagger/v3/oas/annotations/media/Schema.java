package io.swagger.v3.oas.annotations.media;

/** The parts of this annotation that generated clients use; that of Debian 12 is older and lacks {@code requiredMode}. */
public @interface Schema {
  enum RequiredMode {
    AUTO,
    REQUIRED,
    NOT_REQUIRED
  }

  String name() default "";

  String description() default "";

  String example() default "";

  boolean enumAsRef() default false;

  RequiredMode requiredMode() default RequiredMode.AUTO;

  Class<?> implementation() default Void.class;
}
