package com.fasterxml.jackson.datatype.jsr310;

import com.fasterxml.jackson.databind.module.SimpleModule;

/** Jackson's module for {@code java.time}, which Debian 12 lacks; the API has times as numbers only. */
public class JavaTimeModule extends SimpleModule {}
