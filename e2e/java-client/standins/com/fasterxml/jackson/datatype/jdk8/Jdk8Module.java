package com.fasterxml.jackson.datatype.jdk8;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.BeanProperty;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.ContextualDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import java.util.Optional;

/** Jackson's module for {@code java.util.Optional}, which Debian 12 lacks: null is empty. */
@SuppressWarnings("rawtypes")
public class Jdk8Module extends SimpleModule {
  public Jdk8Module() {
    addSerializer(Optional.class, new Writer());
    addDeserializer(Optional.class, new Reader(null));
  }

  private static final class Writer extends JsonSerializer<Optional> {
    @Override
    @SuppressWarnings("unchecked")
    public void serialize(Optional value, JsonGenerator out, SerializerProvider provider) throws IOException {
      provider.defaultSerializeValue(value.orElse(null), out);
    }
  }

  private static final class Reader extends JsonDeserializer<Optional> implements ContextualDeserializer {
    private final JavaType content;

    Reader(JavaType content) {
      this.content = content;
    }

    @Override
    public JsonDeserializer<?> createContextual(DeserializationContext context, BeanProperty property) {
      JavaType type = property == null ? context.getContextualType() : property.getType();
      return new Reader(type.containedTypeOrUnknown(0));
    }

    @Override
    public Optional deserialize(JsonParser in, DeserializationContext context) throws IOException {
      return Optional.ofNullable(context.readValue(in, content));
    }

    @Override
    public Optional getNullValue(DeserializationContext context) {
      return Optional.empty();
    }
  }
}
