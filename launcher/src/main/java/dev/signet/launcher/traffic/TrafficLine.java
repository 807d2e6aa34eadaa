// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.traffic;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.LaunchId;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.StrictJson;
import java.time.Instant;

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
    return switch (this) {
      case ExchangeRecord exchange -> ExchangeJson.encode(exchange);
      case LogGap gap -> StrictJson.encode(gap);
    };
  }

  /**
   * @throws MalformedMessageException saying what was expected
   */
  static TrafficLine decode(byte[] line) throws MalformedMessageException {
    return StrictJson.decode(line, TrafficLine.class, MAX_BYTES);
  }
}
