// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.traffic;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.LaunchId;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.StrictJson;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** One line of an exchange log: JSON with a version, read as strictly as it was written. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = ExchangeRecord.class, name = "exchange"),
  @JsonSubTypes.Type(value = LogGap.class, name = "gap")
})
public sealed interface TrafficLine permits ExchangeRecord, LogGap {
  /** The version of the lines that this build writes, and the only one that it reads. */
  int VERSION = 1;

  /** Bytes of a line: two bodies of {@link RecordedBodies#MAX_BYTES}, sealed, in base64url. */
  int MAX_BYTES = 4 * 1024 * 1024;

  LaunchId launch();

  AgentId agent();

  /** The number of the (first) exchange in its launch, from 1, without holes. */
  long n();

  /** When the line's subject ended: the order of lines. */
  Instant ended();

  /** Compact JSON without a line end. */
  default byte[] encode() {
    return StrictJson.encode(this);
  }

  /**
   * @throws MalformedMessageException saying what was expected
   */
  static TrafficLine decode(byte[] line) throws MalformedMessageException {
    return StrictJson.decode(line, TrafficLine.class, MAX_BYTES);
  }

  /** RFC 3339 in UTC with exactly three decimals: one instant has one spelling. */
  static String time(Instant time) {
    return Spelling.FORMAT.format(time);
  }

  /**
   * @throws IllegalArgumentException if it is not spelt as {@link #time(Instant)} does
   */
  static Instant time(String text) {
    try {
      Instant time = Instant.parse(text);
      if (time(time).equals(text)) {
        return time;
      }
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("expected a time like 2026-11-21T10:15:30.123Z", e);
    }
    throw new IllegalArgumentException("expected a time like 2026-11-21T10:15:30.123Z");
  }

  /** Not a constant of the interface: nobody else's business. */
  final class Spelling {
    private static final DateTimeFormatter FORMAT =
        DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private Spelling() {}
  }
}
