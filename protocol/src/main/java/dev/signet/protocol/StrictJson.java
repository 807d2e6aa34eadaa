// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.type.LogicalType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * The one JSON codec of the protocol. Refuses unknown, duplicate and missing members, nulls where
 * none may stand, trailing bytes, type coercions, invalid UTF-8, too deep nesting and anything over
 * the limit given. No type is ever chosen by the data.
 */
public final class StrictJson {
  private static final ObjectMapper MAPPER = mapper();

  private StrictJson() {}

  /**
   * Reads exactly one {@code type} from {@code json}.
   *
   * @param maxBytes a bound from {@link Limits}, checked before anything is parsed
   * @throws MalformedMessageException saying what was expected and where
   */
  public static <T> T decode(byte[] json, Class<T> type, int maxBytes)
      throws MalformedMessageException {
    requireUtf8(json, maxBytes);
    try {
      T value = MAPPER.readValue(json, type);
      if (value == null) {
        throw new MalformedMessageException("expected a JSON object, got null");
      }
      return value;
    } catch (JsonMappingException e) {
      throw new MalformedMessageException(describe(e), e);
    } catch (JsonProcessingException e) {
      throw new MalformedMessageException("not the JSON that was expected" + at(e), e);
    } catch (IOException e) {
      throw new IllegalStateException("reading from memory cannot fail", e);
    }
  }

  /** Reads one JSON document of any shape, with the same strictness but for the members. */
  public static JsonNode tree(byte[] json, int maxBytes) throws MalformedMessageException {
    return decode(json, JsonNode.class, maxBytes);
  }

  /** Compact UTF-8 in declaration order. */
  public static byte[] encode(Object value) {
    try {
      return MAPPER.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not a protocol value: " + value.getClass(), e);
    }
  }

  /**
   * Builds readers and writers of message types ahead of their first use, which takes some ten
   * milliseconds each in a new JVM.
   */
  public static void prepare(Class<?>... types) {
    byte[] nothing = "{}".getBytes(StandardCharsets.US_ASCII);
    for (Class<?> type : types) {
      try {
        MAPPER.getSerializerProviderInstance().findValueSerializer(type);
        MAPPER.readValue(nothing, type);
      } catch (IOException e) {
        // An empty object is no message; by now its reader exists.
        continue;
      }
    }
  }

  /** Indented, for people. */
  public static String pretty(Object value) {
    try {
      return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not a protocol value: " + value.getClass(), e);
    }
  }

  private static void requireUtf8(byte[] json, int maxBytes) throws MalformedMessageException {
    if (json.length > maxBytes) {
      throw new MalformedMessageException(
          "expected at most " + maxBytes + " bytes, got " + json.length);
    }
    // Jackson would detect UTF-16 and UTF-32; JSON in either has a zero among its first two bytes.
    if (json.length >= 2 && (json[0] == 0 || json[1] == 0)) {
      throw new MalformedMessageException("expected JSON in UTF-8");
    }
    // RFC 8259 section 8.1: no byte order mark. Jackson would skip it.
    if (json.length >= 3 && json[0] == (byte) 0xEF && json[1] == (byte) 0xBB) {
      throw new MalformedMessageException("expected JSON without a byte order mark");
    }
    try {
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(json));
    } catch (CharacterCodingException e) {
      throw new MalformedMessageException("expected UTF-8", e);
    }
  }

  private static String describe(JsonMappingException e) {
    StringBuilder path = new StringBuilder();
    for (JsonMappingException.Reference r : e.getPath()) {
      if (r.getFieldName() != null) {
        path.append(path.isEmpty() ? "" : ".").append(r.getFieldName());
      } else {
        path.append('[').append(r.getIndex()).append(']');
      }
    }
    return path.isEmpty() ? what(e) : path + ": " + what(e);
  }

  /** Our own words: Jackson's name Java classes, which are nobody else's business. */
  private static String what(JsonMappingException e) {
    if (e.getCause() instanceof IllegalArgumentException cause && cause.getMessage() != null) {
      return cause.getMessage();
    }
    if (e instanceof UnrecognizedPropertyException) {
      return "expected no such member";
    }
    if (e instanceof InvalidTypeIdException) {
      return "expected a known type";
    }
    return "expected another type of value, or one that is there";
  }

  private static String at(JsonProcessingException e) {
    return e.getLocation() == null
        ? ""
        : " at line " + e.getLocation().getLineNr() + ", column " + e.getLocation().getColumnNr();
  }

  private static ObjectMapper mapper() {
    JsonFactory factory =
        JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(Limits.JSON_DEPTH)
                    .maxStringLength(Limits.JSON_STRING_CHARS)
                    .maxNumberLength(20)
                    .maxNameLength(256)
                    .build())
            .build();
    SimpleModule module = new SimpleModule("signet");
    module.addSerializer(Instant.class, new Timestamps.Writer());
    module.addDeserializer(Instant.class, new Timestamps.Reader());
    module.setDeserializerModifier(new ExactEnums());
    JsonMapper.Builder builder =
        JsonMapper.builder(factory)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            // A missing member is null; the records refuse nulls that may not stand, and Jackson
            // refuses them for primitives.
            .disable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .disable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .addModule(module);
    for (LogicalType t :
        new LogicalType[] {LogicalType.Textual, LogicalType.Enum, LogicalType.Collection}) {
      builder.withCoercionConfig(
          t,
          c -> {
            c.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail);
            c.setCoercion(CoercionInputShape.Float, CoercionAction.Fail);
            c.setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
            c.setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail);
          });
    }
    return builder.build();
  }
}
