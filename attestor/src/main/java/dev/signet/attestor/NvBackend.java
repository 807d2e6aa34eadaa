// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.NvRegister;
import dev.signet.protocol.QuoteEvidence;
import dev.signet.protocol.RegisterEvidence;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An NV index that only its authorization value extends. It is empty after a reset; it is opened
 * once in a boot: the first write, its Name into the PCR, and a quote that shows both. After that
 * the PCR belongs to everybody again: it moves with each event, so that a held policy session ends
 * (Part 3, 23.7), but its value proves nothing and need not.
 *
 * @param auth of the index
 */
record NvBackend(HostTpm host, RegisterIndex index, byte[] auth) implements RegisterBackend {
  private static final Logger LOG = LoggerFactory.getLogger(NvBackend.class);

  /** What there is at the index's handle. */
  enum Status {
    MISSING,
    /** An index with another policy or other attributes. */
    FOREIGN,
    UNWRITTEN,
    WRITTEN
  }

  static Status status(Transaction transaction, RegisterIndex index) throws IOException {
    if (!new Capabilities(transaction).exists(index.handle())) {
      return Status.MISSING;
    }
    Bytes name = Bytes.of(new NvCommands(transaction).readPublic(index.handle()).name());
    if (name.equals(Bytes.of(index.name(true)))) {
      return Status.WRITTEN;
    }
    return name.equals(Bytes.of(index.name(false))) ? Status.UNWRITTEN : Status.FOREIGN;
  }

  @Override
  public int id() {
    return index.handle();
  }

  @Override
  public int pcr() {
    return index.pcr();
  }

  @Override
  public Digest value() throws IOException {
    return host.repeatable(
        transaction -> {
          requireWritten(transaction);
          Session session = transaction.hmacSession(host.keys().saltKey());
          return Digest.ofDigest(
              new NvCommands(transaction)
                  .read(index.entity(true, auth), 0, RegisterIndex.BYTES, session.plain()));
        });
  }

  private void requireWritten(Transaction transaction) throws IOException {
    Status status = status(transaction, index);
    if (status != Status.WRITTEN) {
      throw unusable(
          status == Status.UNWRITTEN
              ? "it lost its content in mid-boot: somebody deleted it and made it anew"
              : words(status));
    }
  }

  private static String words(Status status) {
    return switch (status) {
      case MISSING -> "there is no such index: somebody deleted it";
      case FOREIGN -> "another index is in its place";
      case UNWRITTEN -> "it was not opened in this boot";
      case WRITTEN -> "it is as it should be";
    };
  }

  private AttestorException unusable(String why) {
    return new AttestorException(
        AttestorException.Reason.REGISTER_UNUSABLE,
        "the launch register " + index + " cannot be used: " + why + "; see signet doctor");
  }

  /** The PCR first: a session that was held open ends before the register moves. */
  @Override
  public void extend(Digest event) throws IOException {
    host.transact(
        transaction -> {
          new PcrCommands(transaction).extend(index.pcr(), event);
          write(transaction, event, false);
          return null;
        });
  }

  void write(Transaction transaction, Digest digest, boolean first) throws IOException {
    PolicyCommands policy =
        new PolicyCommands(transaction, transaction.policySession(host.keys().saltKey()));
    if (first) {
      policy.pcr(List.of(index.pcr()));
    }
    policy.nvWritten(!first);
    policy.authValue();
    policy.or(index.firstWritePolicy(), index.laterWritePolicy());
    new NvCommands(transaction)
        .extend(index.entity(!first, auth), digest, policy.session().encryptingCommand());
  }

  @Override
  public void prepare(StateDirectory directory, BootClock clock) throws IOException {
    Optional<RegisterOpening> found = directory.read(RegisterOpening.FILE, RegisterOpening.class);
    if (found.isEmpty() || !found.get().isOf(clock)) {
      directory.write(RegisterOpening.FILE, open(clock));
      LOG.info("opened the launch register {} for this boot", index);
    }
  }

  /** Opens the register, from wherever an interrupted opening came. */
  private RegisterOpening open(BootClock clock) throws IOException {
    Status status = host.repeatable(transaction -> status(transaction, index));
    Digest untouched = Digest.ofDigest(new byte[Digest.BYTES]);
    if (status == Status.UNWRITTEN) {
      requirePcr(untouched);
      host.transact(
          transaction -> {
            try {
              write(transaction, NvRegister.firstWrite(), true);
            } catch (TpmException e) {
              throw e.is(ResponseCode.BAD_AUTH)
                  ? unusable("its authorization value is not ours: it was deleted and made anew")
                  : e;
            }
            return null;
          });
    } else if (status != Status.WRITTEN) {
      throw unusable(words(status));
    }
    Bytes name = Bytes.of(index.name(true));
    if (pcrValue().equals(untouched)) {
      host.transact(
          transaction -> {
            new PcrCommands(transaction).extend(index.pcr(), NvRegister.measurement(name));
            return null;
          });
    }
    requirePcr(NvRegister.pcrWhenOpened(name));
    QuoteEvidence quote =
        host.quote(Digest.hash(NvRegister.openingInput(name)), new TreeSet<>(List.of(index.pcr())));
    if (!quote.pcrs().getFirst().value().equals(NvRegister.pcrWhenOpened(name))) {
      requirePcr(NvRegister.pcrWhenOpened(name));
    }
    return new RegisterOpening(
        clock.resetCount(), clock.restartCount(), quote.attest(), quote.signature());
  }

  private Digest pcrValue() throws IOException {
    return host.tpm().pcrs(List.of(index.pcr())).get(index.pcr());
  }

  private void requirePcr(Digest expected) throws IOException {
    Digest value = pcrValue();
    if (!value.equals(expected)) {
      throw unusable(
          "PCR %d was extended before the register was opened: expected %s, it is %s. Open it"
                  .formatted(index.pcr(), expected, value)
              + " early in the boot (signet-register.service), before anybody else uses the PCR,"
              + " and reboot");
    }
  }

  /** The quote first: an event that came in between would be in the register without its tick. */
  @Override
  public QuoteEvidence quote(
      HostTpm by, StateDirectory directory, Digest extraData, SortedSet<Integer> pcrs, Digest value)
      throws IOException {
    RegisterOpening opening =
        directory
            .read(RegisterOpening.FILE, RegisterOpening.class)
            .orElseThrow(() -> unusable("the proof of its opening was removed; reboot"));
    return by.repeatable(
        transaction -> {
          Session session = transaction.hmacSession(by.keys().saltKey());
          Entity key = by.keys().loadAttestationKey(transaction, session);
          QuoteEvidence quote = new Quoting(transaction).quote(key, session, extraData, pcrs);
          Session reading = transaction.hmacSession(by.keys().saltKey());
          NvCommands.Certified certified =
              new NvCommands(transaction)
                  .certify(
                      key,
                      session.plain(),
                      index.entity(true, auth),
                      reading.plain(),
                      extraData,
                      RegisterIndex.BYTES);
          requireContents(certified.attest(), value);
          return quote.with(
              new RegisterEvidence(
                  index.handle(),
                  Bytes.of(certified.attest()),
                  Bytes.of(certified.signature()),
                  opening.attest(),
                  opening.signature()));
        });
  }

  /** TPMS_NV_CERTIFY_INFO ends with what was certified; the verifier reads it for itself. */
  private void requireContents(byte[] attest, Digest value) throws IOException {
    int from = attest.length - Digest.BYTES;
    Digest certified = Digest.ofDigest(java.util.Arrays.copyOfRange(attest, from, attest.length));
    if (!certified.equals(value)) {
      throw new AttestorException(
          AttestorException.Reason.REGISTER_MOVED,
          "register moved outside the log: %s was certified as %s, the log says %s"
              .formatted(index, certified, value));
    }
  }

  @Override
  public String whoMovedIt() {
    return "Only who has its authorization value can have extended it: root, or another launcher"
        + " with another state directory; this host attests again after a reboot. Find out who it"
        + " was";
  }

  @Override
  public String toString() {
    return "NvBackend[" + index + "]";
  }
}
