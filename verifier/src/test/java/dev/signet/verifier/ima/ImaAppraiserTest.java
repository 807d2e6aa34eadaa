// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.ima;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.ImaPolicy;
import dev.signet.protocol.ImaPolicy.Content;
import dev.signet.protocol.ImaPolicy.Exclusion;
import dev.signet.protocol.Limits;
import dev.signet.protocol.StrictJson;
import dev.signet.tpmsim.SimulatedImaLog;
import dev.signet.verifier.Expect;
import dev.signet.verifier.Sample;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ImaAppraiserTest {
  private static final ImaPolicy NOTHING = policy(List.of(), List.of(), List.of());

  private static ImaPolicy policy(
      List<Content> files, List<Exclusion> exclude, List<Exclusion> violations) {
    return new ImaPolicy(1, files, List.of(), exclude, violations, List.of());
  }

  private static SimulatedImaLog log() {
    return new SimulatedImaLog().bootAggregate(ImaReplayTest.PCRS);
  }

  private static ImaFindings findings(ImaPolicy policy, SimulatedImaLog log) {
    return findings(policy, log, Map.of());
  }

  private static ImaFindings findings(
      ImaPolicy policy, SimulatedImaLog log, Map<Integer, Digest> pcrs) {
    ImaReplay replay = ImaReplayTest.proved(log.binary(), ImaPosition.START, log.value());
    return new ImaAppraiser(policy).findings(replay, pcrs);
  }

  private static Content content(String path, String text) {
    return new Content(path, List.of(Sample.digest(text).toString()));
  }

  private static void good(ImaPolicy policy, SimulatedImaLog log) {
    assertThat(findings(policy, log).first()).isEmpty();
    assertThat(findings(policy, log).total()).isZero();
  }

  private static ImaFinding one(ImaPolicy policy, SimulatedImaLog log) {
    assertThat(findings(policy, log).total()).isEqualTo(1);
    return findings(policy, log).first().get(0);
  }

  @Test
  void unapprovedFileIsNamedWithTheLineThatWouldAllowIt() throws Exception {
    ImaPolicy policy = policy(List.of(content("/usr/bin/bash", "bash")), List.of(), List.of());
    good(policy, log().file("/usr/bin/bash", "bash"));
    ImaFinding changed = one(policy, log().file("/usr/bin/bash", "evil"));
    assertThat(changed.toString())
        .contains("entry 1, /usr/bin/bash")
        .contains("expected one of [" + Sample.digest("bash"))
        .contains("got " + Sample.digest("evil"));
    Content line =
        StrictJson.decode(
            changed.allow().substring("files: ".length()).getBytes(StandardCharsets.UTF_8),
            Content.class,
            1000);
    good(policy(List.of(line), List.of(), List.of()), log().file("/usr/bin/bash", "evil"));
    assertThat(one(policy, log().file("/usr/bin/other", "bash")).toString())
        .contains("expected nothing there");
  }

  @Test
  void attack28FileThatChangedWhileItWasMeasured() {
    SimulatedImaLog log = log().violation("/usr/bin/bash");
    Content bash = new Content("/usr/bin/bash", List.of("sha256:" + "0".repeat(64)));
    List<Exclusion> all = List.of(new Exclusion("/**", "not judged"));
    assertThat(one(policy(List.of(bash), all, List.of()), log).got()).contains("a violation");
    good(policy(List.of(), List.of(), List.of(new Exclusion("/usr/bin/*", "why"))), log);
  }

  @Test
  void attack14FileThatOnlySha1Names() {
    byte[] sha1 = new byte[20];
    assertThat(one(NOTHING, log().ima(sha1, "/usr/bin/a")).got()).contains("not believed");
    assertThat(one(NOTHING, log().ng("sha1", sha1, "/usr/bin/a")).allow()).isNull();
    assertThatThrownBy(() -> new Content("/usr/bin/a", List.of("sha1:" + "0".repeat(40))))
        .hasMessageContaining("sha256");
  }

  /** PCR 10 does not vouch for a template's name, so a file can be written down as a buffer. */
  @Test
  void attack17FileWrittenDownAsABuffer() {
    Digest evil = Sample.digest("evil");
    SimulatedImaLog file = log().sig("sha256", evil.toArray(), "kexec-cmdline", new byte[0]);
    SimulatedImaLog said =
        log().entry("ima-buf", false, "sha256", evil.toArray(), "kexec-cmdline", new byte[0]);
    assertThat(said.value()).isEqualTo(file.value());
    ImaPolicy policy =
        new ImaPolicy(
            1,
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(new Content("kexec-cmdline", List.of(evil.toString()))));
    assertThat(one(policy, said).got()).contains("not the buffer's digest");
    byte[] content = "evil".getBytes(StandardCharsets.UTF_8);
    good(policy, log().buf("kexec-cmdline", content));
    assertThat(one(policy, log().buf("kexec-cmdline", new byte[1])).allow()).contains("buffers");
    assertThatThrownBy(() -> policyOfBuffer("/usr/bin/evil")).hasMessageContaining("slash");
  }

  private static void policyOfBuffer(String name) {
    new ImaPolicy(1, List.of(), List.of(), List.of(), List.of(), List.of(content(name, "content")));
  }

  @Test
  void attack19SecondBootAggregateOfAKernelStartedByKexec() {
    SimulatedImaLog log = log().bootAggregate(List.of(Sample.JAR));
    List<Exclusion> all = List.of(new Exclusion("/**", "not judged"));
    assertThat(one(policy(List.of(), all, all), log).path()).isEqualTo("boot_aggregate");
  }

  @Test
  void attack24LogOfAnotherBoot() {
    Map<Integer, Digest> pcrs = new TreeMap<>();
    for (int pcr = 0; pcr <= 9; pcr++) {
      pcrs.put(pcr, Sample.ZERO);
    }
    assertThat(findings(NOTHING, log(), pcrs).total()).isZero();
    pcrs.put(4, Sample.JAR);
    assertThat(findings(NOTHING, log(), pcrs).first().get(0).path()).isEqualTo("boot_aggregate");
  }

  @Test
  void unknownTemplateIsNeverAllowed() {
    SimulatedImaLog log = log().entry("d-ng|n-ng", false, "sha256", new byte[32], "/bin/a", null);
    List<Exclusion> all = List.of(new Exclusion("/**", "not judged"));
    assertThat(one(policy(List.of(), all, all), log).path()).isEqualTo("template d-ng|n-ng");
  }

  @Test
  void signedFiles() throws Exception {
    Digest digest = Sample.digest("signed");
    for (String algorithm : List.of("RSA", "EC")) {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
      generator.initialize(algorithm.equals("RSA") ? 2048 : 256);
      KeyPair pair = generator.generateKeyPair();
      ImaPolicy policy = signedBy(pair);
      byte[] attribute = attribute(pair.getPrivate(), "signed", 4);
      good(policy, log().sig("sha256", digest.toArray(), "/usr/bin/a", attribute));
      String other = Sample.digest("other").toHex();
      byte[] otherDigest = Digest.parseHex(other).toArray();
      for (SimulatedImaLog bad :
          List.of(
              log().sig("sha256", otherDigest, "/usr/bin/a", attribute),
              log().sig("sha256", digest.toArray(), "/opt/a", attribute),
              log().sig("sha256", digest.toArray(), "/usr/bin/a", new byte[0]),
              log()
                  .sig(
                      "sha256",
                      digest.toArray(),
                      "/usr/bin/a",
                      attribute(generator.generateKeyPair().getPrivate(), "signed", 4)),
              log().sig("sha256", digest.toArray(), "/usr/bin/a", changed(attribute, 0, 2)),
              log().sig("sha256", digest.toArray(), "/usr/bin/a", changed(attribute, 1, 1)),
              log().sig("sha256", digest.toArray(), "/usr/bin/a", changed(attribute, 2, 6)),
              log().sig("sha256", digest.toArray(), "/usr/bin/a", changed(attribute, 8, 77)))) {
        assertThat(findings(policy, bad).total()).isEqualTo(1);
      }
    }
  }

  @Test
  void attack16SignaturesOfAnotherFormAreNone() throws Exception {
    byte[] digest = Sample.digest("signed").toArray();
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    KeyPair pair = generator.generateKeyPair();
    byte[] good = attribute(pair.getPrivate(), "signed", 4);
    byte[] signature = Arrays.copyOfRange(good, 9, good.length);
    BigInteger modulus = ((RSAPublicKey) pair.getPublic()).getModulus();
    byte[] padded = new byte[signature.length + 1];
    System.arraycopy(signature, 0, padded, 1, signature.length);
    byte[] more = new BigInteger(1, signature).add(modulus).toByteArray();
    byte[] garbage = signature.clone();
    garbage[100] ^= 1;
    for (byte[] bad : List.of(padded, more, garbage, new byte[] {1}, new byte[signature.length])) {
      assertThat(
              findings(signedBy(pair), log().sig("sha256", digest, "/usr/bin/a", attribute(bad, 4)))
                  .total())
          .isEqualTo(1);
    }
    KeyPairGenerator curves = KeyPairGenerator.getInstance("EC");
    curves.initialize(256);
    for (byte[] bad : List.of(new byte[] {1}, new byte[64], HexFormat.of().parseHex("3000"))) {
      assertThat(
              findings(
                      signedBy(curves.generateKeyPair()),
                      log().sig("sha256", digest, "/usr/bin/a", attribute(bad, 4)))
                  .total())
          .isEqualTo(1);
    }
  }

  @Test
  void attack16KeysThatAreTooShortOrNone() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(1024);
    ImaPolicy small = signedBy(generator.generateKeyPair());
    assertThatThrownBy(() -> new ImaAppraiser(small)).hasMessageContaining("2,048");
    KeyPairGenerator others = KeyPairGenerator.getInstance("Ed25519");
    ImaPolicy edwards = signedBy(others.generateKeyPair());
    assertThatThrownBy(() -> new ImaAppraiser(edwards)).hasMessageContaining("elliptic curve");
  }

  private static byte[] changed(byte[] attribute, int at, int value) {
    byte[] changed = attribute.clone();
    changed[at] = (byte) value;
    return changed;
  }

  private static ImaPolicy signedBy(KeyPair pair) {
    ImaPolicy.Key key =
        new ImaPolicy.Key(
            "distribution", Bytes.of(pair.getPublic().getEncoded()), List.of("/usr/**"));
    return new ImaPolicy(1, List.of(), List.of(key), List.of(), List.of(), List.of());
  }

  private static byte[] attribute(PrivateKey key, String content, int algorithm) throws Exception {
    Signature signer =
        Signature.getInstance("SHA256with" + (key.getAlgorithm().equals("RSA") ? "RSA" : "ECDSA"));
    signer.initSign(key);
    signer.update(content.getBytes(StandardCharsets.UTF_8));
    return attribute(signer.sign(), algorithm);
  }

  private static byte[] attribute(byte[] signature, int algorithm) {
    return ByteBuffer.allocate(9 + signature.length)
        .put(new byte[] {3, 2, (byte) algorithm})
        .putInt(0x12345678)
        .putShort((short) signature.length)
        .put(signature)
        .array();
  }

  @Test
  void findingsAreBoundedAndCounted() {
    SimulatedImaLog log = log();
    for (int i = 0; i < 100; i++) {
      log.file("/tmp/" + i, "content").file("/tmp/" + i, "content");
    }
    ImaFindings findings = findings(NOTHING, log);
    assertThat(findings.first()).hasSize(Limits.IMA_FINDINGS).doesNotHaveDuplicates();
    assertThat(findings.total()).isEqualTo(200);
  }

  @Test
  void hostileNamesAreShownHarmlessly() {
    assertThat(one(NOTHING, log().file("/tmp/\u001b[2J\n\\x", "a")).path())
        .isEqualTo("/tmp/\\x1b[2J\\x0a\\x5cx");
  }

  @Test
  void patterns() {
    assertThat(new PathPattern("/var/**").matches("/var/lib/a")).isTrue();
    assertThat(new PathPattern("/var/**").matches("/var")).isFalse();
    assertThat(new PathPattern("/var/**").matches("/variable/a")).isFalse();
    assertThat(new PathPattern("/var/*").matches("/var/a")).isTrue();
    assertThat(new PathPattern("/var/*").matches("/var/lib/a")).isFalse();
    assertThat(new PathPattern("/home/*/.cache/**").matches("/home/a/.cache/b/c")).isTrue();
    assertThat(new PathPattern("/home/*/.cache/**").matches("/home/a/b/.cache/c")).isFalse();
    assertThat(new PathPattern("/lib/**.so").matches("/lib/a/b.so")).isTrue();
    assertThat(new PathPattern("/lib/**.so").matches("/lib/a/b.so.1")).isFalse();
    assertThat(new PathPattern("/exact").matches("/exact")).isTrue();
    assertThat(new PathPattern("/exact").matches("/exactly")).isFalse();
  }

  /** In proportion to both lengths, not to a power of the stars. */
  @Test
  void attack44PatternThatWouldBacktrack() {
    String pattern = "/" + "**a".repeat(80) + "b";
    assertThat(new PathPattern(pattern).matches("/" + "a".repeat(Limits.IMA_PATH_BYTES - 1)))
        .isFalse();
  }

  @Test
  void policyLearntFromARunAllowsThatRunAndNothingElse() {
    SimulatedImaLog log =
        log()
            .file("/usr/bin/b", "b")
            .file("/usr/bin/a", "a1")
            .file("/usr/bin/a", "a2")
            .buf(".ima", new byte[] {1});
    ImaLearning learning = new ImaLearning();
    learning.add(Expect.authentic(ImaReplay.ofFile(log.binary())));
    ImaPolicy learnt = learning.policy();
    assertThat(learning.leftOut()).isEmpty();
    assertThat(learnt.files())
        .extracting(Content::path)
        .containsExactly("/usr/bin/a", "/usr/bin/b");
    good(learnt, log);
    assertThat(findings(learnt, log.file("/usr/bin/a", "a3")).total()).isEqualTo(1);
    learning.add(
        Expect.authentic(
            ImaReplay.ofFile(log().violation("/var/a").ima(new byte[20], "/old").binary())));
    assertThat(learning.leftOut()).hasSize(2);
    assertThat(learning.policy()).isEqualTo(learnt);
  }
}
