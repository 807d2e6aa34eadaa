// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.ser.std.StdScalarSerializer;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** RFC 3339 in UTC, whole seconds, {@code 2026-11-21T10:15:30Z}; one instant has one spelling. */
final class Timestamps {
  private Timestamps() {}

  static String format(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  static Instant parse(String text) {
    try {
      Instant time = Instant.parse(text);
      // Years beyond 9999 have a sign and another length in ISO 8601; RFC 3339 has none of them.
      if (text.length() == 20 && format(time).equals(text)) {
        return time;
      }
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("expected a time like 2026-11-21T10:15:30Z", e);
    }
    throw new IllegalArgumentException("expected a time like 2026-11-21T10:15:30Z");
  }

  static final class Writer extends StdScalarSerializer<Instant> {
    Writer() {
      super(Instant.class);
    }

    @Override
    public void serialize(Instant value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeString(format(value));
    }
  }

  static final class Reader extends StdScalarDeserializer<Instant> {
    Reader() {
      super(Instant.class);
    }

    @Override
    public Instant deserialize(JsonParser in, DeserializationContext context) throws IOException {
      if (in.currentToken() != JsonToken.VALUE_STRING) {
        IllegalArgumentException cause =
            new IllegalArgumentException("expected a time like 2026-11-21T10:15:30Z");
        throw JsonMappingException.from(in, cause.getMessage(), cause);
      }
      try {
        return parse(in.getText());
      } catch (IllegalArgumentException e) {
        throw JsonMappingException.from(in, e.getMessage(), e);
      }
    }
  }
}
