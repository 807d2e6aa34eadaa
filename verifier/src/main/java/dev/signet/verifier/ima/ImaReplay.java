// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.ima;

import dev.signet.protocol.Digest;
import dev.signet.protocol.Refusal;
import dev.signet.verifier.verification.Verification;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A piece of a log, replayed on the SHA-256 bank of PCR 10 from where the last one ended. Template
 * digests are computed from the template's data, never taken from the log. Keeps no entries: they
 * are read anew for each look.
 */
public final class ImaReplay {
  private final byte[] piece;
  private final ImaPosition from;
  private final ImaPosition reached;
  private final Digest proof;

  private ImaReplay(byte[] piece, ImaPosition from, ImaPosition reached, Digest proof) {
    this.piece = piece;
    this.from = from;
    this.reached = reached;
    this.proof = proof;
  }

  /**
   * Reads up to the entry after which PCR 10 has the value that was quoted. The log may have grown
   * since the quote: what comes after that entry is not looked at.
   *
   * @param piece whole entries from {@code from} on; the last one may be cut off
   * @param quoted the value of PCR 10
   * @param more whether the log goes on after this piece: then the quoted value need not be reached
   *     in it, and the result is not {@link #proves proved}
   * @return refused with {@link Refusal#IMA_LOG_DOES_NOT_REPLAY}
   */
  public static Verification<ImaReplay> towards(
      byte[] piece, ImaPosition from, Digest quoted, boolean more) {
    return replay(piece.clone(), from, Optional.of(quoted), more);
  }

  /** Reads a whole log of which no quoted value is known: nothing is proved by it. */
  public static Verification<ImaReplay> ofFile(byte[] log) {
    return replay(log, ImaPosition.START, Optional.empty(), true);
  }

  private static Verification<ImaReplay> replay(
      byte[] piece, ImaPosition from, Optional<Digest> quoted, boolean more) {
    ImaPosition at = from;
    ImaLogReader reader = ImaLogReader.of(piece);
    try {
      while (!quoted.equals(Optional.of(at.value()))) {
        Optional<ImaEntry> entry = reader.next();
        if (entry.isEmpty()) {
          return end(piece, from, at, reader.left(), quoted, more);
        }
        if (at.entries() == 0 && !isBootAggregate(entry.get())) {
          return refused("expected boot_aggregate as the log's first entry");
        }
        at =
            new ImaPosition(
                from.bytes() + reader.at(),
                at.entries() + 1,
                Digest.hash(at.value().toArray(), entry.get().extended().toArray()));
      }
    } catch (MalformedImaLogException e) {
      return refused("entry " + at.entries() + ": " + e.getMessage());
    }
    return at.entries() == 0
        ? refused("expected at least one entry; PCR 10 was quoted as never extended: is IMA on?")
        : new Verification.Authentic<>(new ImaReplay(piece, from, at, at.value()));
  }

  private static Verification<ImaReplay> end(
      byte[] piece,
      ImaPosition from,
      ImaPosition at,
      int left,
      Optional<Digest> quoted,
      boolean more) {
    if (quoted.isPresent() && !more) {
      return refused(
          "PCR 10: quoted %s, %d entries from %d on lead to %s%s"
              .formatted(
                  quoted.get(),
                  at.entries() - from.entries(),
                  from.entries(),
                  at.value(),
                  left == 0 ? "" : " and " + left + " bytes are no whole entry"));
    }
    if (at.entries() == from.entries() || (quoted.isEmpty() && left > 0)) {
      return refused("expected whole entries, got the first " + left + " bytes of one");
    }
    return new Verification.Authentic<>(new ImaReplay(piece, from, at, null));
  }

  private static boolean isBootAggregate(ImaEntry entry) {
    return !entry.violation()
        && entry.measured().filter(m -> m.name().equals(ImaEntry.BOOT_AGGREGATE)).isPresent();
  }

  private static Verification<ImaReplay> refused(String detail) {
    return new Verification.Refused<>(Refusal.IMA_LOG_DOES_NOT_REPLAY, detail);
  }

  /** Whether the log up to {@link #reached} is what led to this value of PCR 10. */
  public boolean proves(Digest quoted) {
    return quoted.equals(proof);
  }

  public ImaPosition from() {
    return from;
  }

  public ImaPosition reached() {
    return reached;
  }

  /** Shows the entries of this piece that were replayed, in order. */
  public void forEach(Consumer<ImaEntry> reader) {
    ImaLogReader entries = ImaLogReader.of(piece);
    try {
      for (long i = from.entries(); i < reached.entries(); i++) {
        reader.accept(entries.next().orElseThrow());
      }
    } catch (MalformedImaLogException e) {
      throw new IllegalStateException("these bytes were read before", e);
    }
  }
}
