// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.fuzz;

import static dev.signet.fuzz.FuzzTarget.require;

import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.tlog.EntryBundle;
import dev.signet.protocol.tlog.SignedCheckpoint;
import dev.signet.protocol.tlog.TilePath;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** What {@code signet audit verify} reads of a log that somebody else may have written. */
final class AuditTargets {
  /** The generator of P-256: a key like any other, and nobody's. */
  private static final PublicJwk KEY =
      PublicJwk.ofPoint(
          Base64.getDecoder()
              .decode(
                  "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54W"
                      + "K84zV2sxXs7LtkBoN79R9Q=="));

  private AuditTargets() {}

  /** A note begins with what is signed, and nobody's key signed it. */
  static boolean checkpoint(byte[] input) {
    SignedCheckpoint parsed;
    try {
      parsed = SignedCheckpoint.parse(input);
    } catch (MalformedMessageException e) {
      return false;
    }
    byte[] text = (parsed.checkpoint().text() + "\n— ").getBytes(StandardCharsets.UTF_8);
    require(Arrays.equals(text, Arrays.copyOf(input, text.length)), "another text was signed");
    require(!parsed.signatures().isEmpty(), "no signature");
    require(!parsed.isSignedBy(KEY), "a signature out of nothing");
    return true;
  }

  /** A line with a tile's name, and behind it the entries: each has one form. */
  static boolean entryBundle(byte[] input) {
    String text = new String(input, StandardCharsets.ISO_8859_1);
    int end = text.indexOf('\n');
    Optional<TilePath> path = TilePath.parse(end < 0 ? text : text.substring(0, end));
    if (path.isEmpty()) {
      return false;
    }
    require(text.startsWith(path.get().toString()), "another name");
    require(path.get().first() >= 0, "a tile before the first one");
    byte[] bundle = Arrays.copyOfRange(input, Math.min(end + 1, input.length), input.length);
    List<byte[]> entries;
    try {
      entries = EntryBundle.parse(bundle, path.get().width());
    } catch (MalformedMessageException e) {
      return false;
    }
    require(entries.size() == path.get().width(), "another number");
    require(Arrays.equals(EntryBundle.encode(entries), bundle), "another encoding");
    return true;
  }
}
