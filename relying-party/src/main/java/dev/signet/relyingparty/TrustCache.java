// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.relyingparty;

import dev.signet.protocol.CompactJws;
import dev.signet.protocol.Limits;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.StrictJson;
import dev.signet.protocol.TrustSnapshot;
import dev.signet.requestsignatures.SignatureProviders;
import dev.signet.requestsignatures.VerificationKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * The newest trust snapshot that this service believes. Snapshots may come from anywhere ({@link
 * TrustFeed}, a file, a colleague); only the pinned keys' signature and the order of (epoch,
 * number) count. Safe for use by many threads.
 */
public final class TrustCache {
  private final String issuer;
  private final Map<String, VerificationKey> pinned = new HashMap<>();
  private final SignatureProviders providers;
  private final SeenSnapshots seen;
  private final LongSupplier nanoTime;
  private volatile TrustState current = TrustState.none();

  /**
   * A cache that believes nothing yet.
   *
   * @param issuer the verifier's id
   * @param snapshotKeys the verifier's snapshot keys; more than one while they are rotated
   * @param seenFile where the newest (epoch, number) is kept; its directory must exist
   * @throws IOException if that file is damaged or cannot be read
   */
  public TrustCache(
      String issuer, List<PublicJwk> snapshotKeys, SignatureProviders providers, Path seenFile)
      throws IOException {
    this(issuer, snapshotKeys, providers, seenFile, System::nanoTime);
  }

  /**
   * As above.
   *
   * @param nanoTime a clock that nobody sets: a snapshot grows stale by it too, so that setting the
   *     other one back does not keep a snapshot alive
   */
  public TrustCache(
      String issuer,
      List<PublicJwk> snapshotKeys,
      SignatureProviders providers,
      Path seenFile,
      LongSupplier nanoTime)
      throws IOException {
    if (snapshotKeys.isEmpty()) {
      throw new IllegalArgumentException("expected at least one snapshot key to pin");
    }
    this.issuer = issuer;
    this.providers = providers;
    this.nanoTime = nanoTime;
    for (PublicJwk jwk : snapshotKeys) {
      pinned.put(jwk.thumbprint(), TokenVerifier.key(jwk, providers));
    }
    this.seen = SeenSnapshots.open(seenFile);
  }

  /** What to judge requests by; {@link TrustState#isStale} where nothing good came of late. */
  public TrustState current() {
    return current;
  }

  /** Offers the snapshot in a file, such as one that another program fetches. */
  public SnapshotOutcome offerFile(Path file, Instant now) throws IOException {
    if (Files.size(file) > Limits.SNAPSHOT_BYTES) {
      return refused(SnapshotOutcome.Reason.MALFORMED, "file is over " + Limits.SNAPSHOT_BYTES);
    }
    return offer(Files.readString(file).strip(), now);
  }

  /**
   * Offers a snapshot in compact form.
   *
   * @throws IOException if its number cannot be written down; it is then not adopted
   */
  public synchronized SnapshotOutcome offer(String jws, Instant now) throws IOException {
    TrustSnapshot snapshot;
    try {
      CompactJws parsed = CompactJws.parse(jws, TrustSnapshot.TYP, Limits.SNAPSHOT_BYTES);
      VerificationKey key = pinned.get(parsed.header().kid());
      if (key == null || !key.verify(parsed.signingInput(), parsed.signature())) {
        return refused(
            SnapshotOutcome.Reason.UNTRUSTED,
            key == null ? "no pinned key has this kid" : "not signed by the key that it names");
      }
      snapshot = StrictJson.decode(parsed.payload(), TrustSnapshot.class, Limits.SNAPSHOT_BYTES);
    } catch (MalformedMessageException e) {
      return refused(SnapshotOutcome.Reason.MALFORMED, e.getMessage());
    }
    if (!snapshot.iss().equals(issuer)) {
      return refused(
          SnapshotOutcome.Reason.UNTRUSTED, "expected iss " + issuer + ", got " + snapshot.iss());
    }
    if (snapshot.iat() > now.plus(Limits.CLOCK_SKEW).getEpochSecond()) {
      return refused(
          SnapshotOutcome.Reason.FROM_THE_FUTURE,
          "issued at " + snapshot.iat() + ", now is " + now.getEpochSecond());
    }
    SeenSnapshots.Mark mark = SeenSnapshots.Mark.of(snapshot);
    int order = mark.compareTo(seen.highest());
    if (order < 0) {
      return refused(
          SnapshotOutcome.Reason.ROLLED_BACK,
          "expected " + seen.highest() + " or newer, got " + mark);
    }
    if (order == 0 && current.snapshot().isPresent()) {
      return new SnapshotOutcome.Unchanged();
    }
    TrustState next;
    try {
      next =
          current.snapshot().isPresent()
              ? current.followedBy(snapshot, providers)
              : TrustState.of(snapshot, providers);
    } catch (IllegalArgumentException e) {
      return refused(SnapshotOutcome.Reason.MALFORMED, e.getMessage());
    }
    next = next.from(now, nanoTime);
    if (next.isStale(now)) {
      return refused(
          SnapshotOutcome.Reason.EXPIRED,
          "issued at " + snapshot.iat() + ", now is " + now.getEpochSecond());
    }
    if (order > 0) {
      seen.raiseTo(mark);
    }
    current = next;
    return new SnapshotOutcome.Adopted(next);
  }

  private static SnapshotOutcome refused(SnapshotOutcome.Reason reason, String detail) {
    return new SnapshotOutcome.Refused(reason, detail);
  }
}
