// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.KeyCertification;
import dev.signet.protocol.KeyProtection;
import dev.signet.protocol.PublicJwk;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One launch's request key in the TPM, which makes each signature. Key and session stay between
 * signatures: with a resource manager where they are, so that a signature is one command; without
 * one saved outside, so that others find free slots, and loaded once for all that wait together.
 *
 * <p>A session that is lost is replaced, and a key that was unloaded is loaded again, as long as
 * the TPM was not reset. Safe for use by several threads.
 */
public final class ResidentKey implements LaunchKey {
  private static final Logger LOG = LoggerFactory.getLogger(ResidentKey.class);

  private final HostTpm host;
  private final ResidentObject object;
  private final PublicJwk publicKey;
  // All below belongs to whoever is in a transaction: those come one after the other.
  private SavedSession session;
  private byte[] context;
  private int handle;
  private long generation = -1;
  private boolean closed;
  private volatile long lastNanos;

  /** Key and session for the commands of one transaction. */
  private record Opened(Entity key, Session session) {}

  private ResidentKey(HostTpm host, ResidentObject object) {
    this.host = host;
    this.object = object;
    PublicArea.EcPoint point = object.key().publicArea().point();
    this.publicKey = PublicJwk.of(Bytes.of(point.x()), Bytes.of(point.y()));
  }

  /** Has the TPM make one. */
  static ResidentKey create(HostTpm host) throws IOException {
    byte[] auth = Provisioning.newAuth(host.tpm().connection().random()).toArray();
    return host.transact(
        transaction -> {
          Session session = transaction.hmacSession(host.keys().saltKey());
          ResidentKey made =
              new ResidentKey(host, ResidentObject.create(transaction, auth, session));
          made.keepKey(transaction, made.object.load(transaction, session));
          made.keepSession(transaction, session);
          return made;
        });
  }

  @Override
  public PublicJwk publicKey() {
    return publicKey;
  }

  @Override
  public KeyProtection protection() {
    return KeyProtection.RESIDENT;
  }

  @Override
  public byte[] sign(byte[] data) throws IOException {
    return host.repeatable(
        transaction -> with(transaction, opened -> sign(transaction, opened, data)));
  }

  private byte[] sign(Transaction transaction, Opened opened, byte[] data) throws IOException {
    long begin = System.nanoTime();
    byte[] signature =
        new SigningCommands(transaction).sign(opened.key(), data, opened.session().plain());
    lastNanos = System.nanoTime() - begin;
    return signature;
  }

  /** How long the last signature took in the TPM; zero before the first. */
  public Duration lastSignature() {
    return Duration.ofNanos(lastNanos);
  }

  /**
   * Makes signatures one after the other in one transaction, until there is nothing to sign or
   * somebody else waits for the TPM: quotes come before requests, after one signature at most.
   *
   * @param next empty-handed, null
   * @throws IOException if the TPM failed; the job that was at work has been told
   */
  public void serve(Supplier<SigningJob> next) throws IOException {
    SigningJob[] job = {next.get()};
    if (job[0] == null) {
      return;
    }
    try {
      host.repeatable(
          transaction ->
              with(
                  transaction,
                  opened -> {
                    while (job[0] != null) {
                      byte[] signature = sign(transaction, opened, job[0].data());
                      SigningJob done = job[0];
                      job[0] = transaction.connection().isWanted() ? null : next.get();
                      done.signed(signature);
                    }
                    return null;
                  }));
    } catch (IOException e) {
      if (job[0] != null) {
        job[0].failed(e);
      }
      throw e;
    } catch (RuntimeException e) {
      if (job[0] != null) {
        job[0].failed(new IOException("fault while signing: " + e, e));
      }
      throw e;
    }
  }

  /** Has the attestation key certify this one, in the transaction of a quote. */
  KeyCertification certify(
      Transaction transaction, Entity attestationKey, Session session, byte[] extraData)
      throws IOException {
    SigningCommands.Certified certified =
        with(
            transaction,
            opened ->
                new SigningCommands(transaction)
                    .certify(
                        opened.key(),
                        attestationKey,
                        extraData,
                        opened.session().plain(),
                        session.plain()));
    return new KeyCertification(
        Bytes.of(object.key().publicArea().encoded()),
        Bytes.of(object.parent().encoded()),
        Bytes.of(certified.attest()),
        Bytes.of(certified.signature()));
  }

  private interface Use<T> {
    T of(Opened opened) throws IOException;
  }

  private <T> T with(Transaction transaction, Use<T> use) throws IOException {
    requireOpen();
    Session resumed = resume(transaction);
    if (resumed != null) {
      try {
        return finish(transaction, use, resumed);
      } catch (TpmException e) {
        // The TPM forgot the session or the key: once more with new ones.
        LOG.info("the session with the TPM is lost, starting another: {}", e.getMessage());
        flush(transaction, resumed.handle());
        context = null;
      }
    }
    return finish(transaction, use, transaction.hmacSession(host.keys().saltKey()));
  }

  private <T> T finish(Transaction transaction, Use<T> use, Session session) throws IOException {
    Entity key = key(transaction, session);
    T result;
    try {
      result = use.of(new Opened(key, session));
    } catch (TpmException e) {
      flush(transaction, key.handle()); // makes room for another attempt
      generation = -1;
      throw e;
    }
    keepSession(transaction, session);
    return result;
  }

  /** The session of the last signature, or null. What fails from here on flushes it. */
  private Session resume(Transaction transaction) throws IOException {
    SavedSession kept = session;
    session = null;
    if (kept == null || kept.lost(transaction)) {
      return null;
    }
    transaction.adopt(kept.session());
    try {
      return kept.load(transaction);
    } catch (TpmException e) {
      LOG.info("the saved session with the TPM is lost: {}", e.getMessage());
      transaction.disown(kept.session().handle());
      return null;
    }
  }

  private void keepSession(Transaction transaction, Session kept) throws IOException {
    session = SavedSession.save(transaction, kept);
    transaction.release(kept);
  }

  private static void flush(Transaction transaction, int lost) throws IOException {
    try {
      transaction.flushNow(lost);
    } catch (TpmException e) {
      LOG.debug("flushing 0x{}", Integer.toHexString(lost), e); // it is gone already
    }
  }

  private Entity key(Transaction transaction, Session forLoading) throws IOException {
    TpmConnection connection = transaction.connection();
    if (context != null) {
      try {
        return object.entity(transaction.own(SavedContext.load(transaction, context)));
      } catch (TpmException e) {
        LOG.info("the saved key does not load: {}", e.getMessage());
        context = null;
      }
    } else if (connection.resourceManaged() && generation == connection.generation()) {
      return object.entity(handle);
    }
    Entity loaded = object.load(transaction, forLoading);
    keepKey(transaction, loaded);
    return loaded;
  }

  private void keepKey(Transaction transaction, Entity loaded) throws IOException {
    TpmConnection connection = transaction.connection();
    if (connection.resourceManaged()) {
      transaction.disown(loaded.handle());
      handle = loaded.handle();
      generation = connection.generation();
    } else {
      context = SavedContext.save(transaction, loaded);
    }
  }

  private void requireOpen() throws IOException {
    if (closed) {
      throw new IOException("the launch is over, and its request key with it");
    }
  }

  /** Flushes what is in the TPM and forgets the rest: nobody can load this key again. */
  @Override
  public void close() {
    try {
      host.tpm().connection().transact(this::end);
    } catch (IOException e) {
      // What was in the TPM goes with this process's connection, or with the next client's.
      LOG.debug("flushing a resident key", e);
    }
  }

  private Void end(Transaction transaction) throws IOException {
    if (closed) {
      return null;
    }
    closed = true;
    Arrays.fill(object.auth(), (byte) 0);
    Arrays.fill(object.key().privatePart(), (byte) 0);
    if (context == null && generation == transaction.connection().generation()) {
      transaction.own(handle);
    }
    context = null;
    resume(transaction); // adopted, and so flushed at the end
    return null;
  }

  @Override
  public String toString() {
    return "ResidentKey[" + publicKey.thumbprint() + "]";
  }
}
