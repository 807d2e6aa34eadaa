// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.traffic;

import dev.signet.launcher.traffic.ExchangeRecord.Body;
import dev.signet.launcher.traffic.ExchangeRecord.Omitted;
import dev.signet.protocol.LaunchId;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/** Keeps and seals the bodies of one launch that are to be recorded. */
final class BodyRecording {
  static final BodyRecording NONE = new BodyRecording(Optional.empty(), 0, null);

  private final RecordedBodies settings;
  private final BodyCapture.Room room;
  private final SecureRandom random;

  /**
   * @param roomBytes for all bodies that are kept at one time
   */
  BodyRecording(Optional<RecordedBodies> settings, long roomBytes, SecureRandom random) {
    this.settings = settings.orElse(null);
    this.room = new BodyCapture.Room(roomBytes);
    this.random = random;
  }

  BodyCapture.Room room() {
    return room;
  }

  /** Where to keep a body of an exchange with this host and path; null if it is not recorded. */
  BodyCapture capture(String host, String path) {
    return settings != null && settings.cover(host, path)
        ? new BodyCapture(settings.maxBytes(), room)
        : null;
  }

  /**
   * The body as it is written; what was kept of it in the clear is wiped.
   *
   * @param capture null if it is not recorded
   */
  Body seal(
      BodyCapture capture,
      Map<String, String> fields,
      LaunchId launch,
      long n,
      SealedBody.Direction direction) {
    if (capture == null || capture.isEmpty()) {
      return null;
    }
    if (capture.crowded()) {
      return Body.omitted(Omitted.NO_ROOM);
    }
    byte[] passed = capture.content();
    try {
      return switch (BodyReading.read(
          passed,
          capture.whole(),
          fields.get("content-type"),
          fields.get("content-encoding"),
          settings.redactions(),
          settings.maxBytes())) {
        case BodyContent.Left(Omitted why) -> Body.omitted(why);
        case BodyContent.Kept kept -> {
          Body body =
              new Body(
                  kept.content().length,
                  kept.whole(),
                  kept.redacted(),
                  kept.coding(),
                  SealedBody.seal(kept.content(), settings.reader(), launch, n, direction, random),
                  null);
          Arrays.fill(kept.content(), (byte) 0);
          yield body;
        }
      };
    } finally {
      Arrays.fill(passed, (byte) 0);
      capture.discard();
    }
  }
}
