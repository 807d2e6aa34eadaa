// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.HostId;
import dev.signet.protocol.KeyProtection;
import dev.signet.protocol.LaunchEvent;
import dev.signet.protocol.LaunchId;
import dev.signet.protocol.LaunchLog;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.StrictJson;
import dev.signet.verifier.tpm.PcrSelection;
import dev.signet.verifier.verification.AttestationKey;
import dev.signet.verifier.verification.QuoteVerifier;
import dev.signet.verifier.verification.VerifiedQuote;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.Provider;
import java.security.Security;
import java.security.interfaces.ECPublicKey;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A host with one launched agent, all of it right. */
public final class Sample {
  public static final Provider PROVIDER = Security.getProvider("SunEC");
  public static final int REGISTER = 15;
  public static final Digest ZERO = Digest.ofDigest(new byte[32]);
  public static final AgentId AGENT = new AgentId("spiffe://example.org/agent/billing");
  public static final HostId HOST = new HostId("host-1");
  public static final LaunchId LAUNCH = new LaunchId("AAECAwQFBgcICQoLDA0ODw");
  public static final LaunchId OTHER_LAUNCH = new LaunchId("AAECAwQFBgcICQoLDA0ODQ");
  public static final Digest JAR = digest("agent.jar");
  public static final Digest STATEMENT = digest("statement");
  public static final Digest LAUNCHER = digest("launcher");
  public static final byte[] INPUT = "the input of this evidence".getBytes(StandardCharsets.UTF_8);

  public final SoftwareTpm tpm = new SoftwareTpm();
  public final AttestationKey ak =
      Expect.authentic(AttestationKey.check(tpm.akPublic(), tpm.parentPublic()));
  public final KeyPair requestKeyPair = SoftwareTpm.p256();
  public final PublicJwk requestKey = PublicJwk.of((ECPublicKey) requestKeyPair.getPublic());

  public static Digest digest(String text) {
    return Digest.hash(text.getBytes(StandardCharsets.UTF_8));
  }

  public LaunchEvent.Start start() {
    return start(AGENT, LAUNCH);
  }

  public LaunchEvent.Start start(AgentId agent, LaunchId launch) {
    return new LaunchEvent.Start(
        agent,
        launch,
        STATEMENT,
        List.of(new LaunchEvent.Artifact("agent-jar", JAR)),
        "OpenJDK 25",
        List.of("--serve", "8080"),
        List.of("-Xmx64m"),
        List.of("LANG"),
        List.of("uid"),
        requestKey.thumbprint(),
        KeyProtection.SEALED,
        LAUNCHER);
  }

  public static LaunchEvent.Stop stop(AgentId agent, LaunchId launch) {
    return new LaunchEvent.Stop(agent, launch, 0, LaunchEvent.Cause.EXITED);
  }

  /** A log of the boot that {@link SoftwareTpm.Quote} quotes by default. */
  public static Bytes log(LaunchEvent... events) {
    return log(new LaunchLog.Baseline(ZERO, 7, 2), events);
  }

  public static Bytes log(LaunchLog.Baseline baseline, LaunchEvent... events) {
    return log(REGISTER, baseline, events);
  }

  public static Bytes log(int register, LaunchLog.Baseline baseline, LaunchEvent... events) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(LaunchLog.baselineLine(register, baseline));
    int recnum = 1;
    for (LaunchEvent event : events) {
      out.writeBytes(LaunchLog.eventLine(recnum++, register, StrictJson.encode(event)));
    }
    return Bytes.of(out.toByteArray());
  }

  /** The register's value after these events. */
  public static Digest register(Digest baseline, LaunchEvent... events) {
    Digest value = baseline;
    for (LaunchEvent event : events) {
      value = Digest.hash(value.toArray(), Digest.hash(StrictJson.encode(event)).toArray());
    }
    return value;
  }

  /** Boot PCRs 4, 7 and 10, and the register after {@code events}. */
  public static Map<Integer, Digest> pcrs(LaunchEvent... events) {
    return new TreeMap<>(
        Map.of(
            4,
            digest("boot loader"),
            7,
            digest("secure boot"),
            10,
            digest("ima"),
            REGISTER,
            register(ZERO, events)));
  }

  public VerifiedQuote quote(byte[] input, Map<Integer, Digest> pcrs) {
    return quote(tpm.quote(input, pcrs), input);
  }

  public VerifiedQuote quote(SoftwareTpm.Quote quote, byte[] input) {
    return Expect.authentic(
        new QuoteVerifier(PROVIDER)
            .verify(quote.evidence(), ak, input, PcrSelection.of(quote.values.keySet())));
  }
}
