// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.attestor.HostLogFiles;
import dev.signet.attestor.RequestKey;
import dev.signet.protocol.Appraisal;
import dev.signet.protocol.Digest;
import dev.signet.protocol.HostLogs;
import dev.signet.protocol.Purpose;
import dev.signet.tpmsim.FirmwareLogMaker.Extend;
import dev.signet.tpmsim.SimulatedImaLog;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A machine whose kernel measures what runs: an operator learns the policy, brings it and registers
 * it by commands, swtpm's PCR 10 holds what was measured, the launcher reads the log from a file.
 */
class ImaSystemTest {
  private static final List<Digest> PCRS =
      Collections.nCopies(10, Digest.ofDigest(new byte[Digest.BYTES]));

  private static Site site;
  private static Path file;
  private static SimulatedImaLog log;

  @BeforeAll
  static void build() throws Exception {
    site = Site.build(Duration.ofSeconds(60));
    site.stopVerifier();
    site.configure("operators:", "pcrs: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15]\noperators:");
    site.startVerifier();
    file = site.place("binary_runtime_measurements");
    SimulatedImaLog good =
        new SimulatedImaLog()
            .bootAggregate(PCRS)
            .file("/usr/bin/bash", "bash")
            .file("/usr/bin/ls", "ls");
    Path known = Files.write(site.place("good.log"), good.binary());
    Path policy = site.place("ima-policy.json");
    assertThat(site.signet("policy", "learn", "ima", known, "--out", policy).code()).isZero();
    var uploaded = site.signet("policy", "upload", policy);
    assertThat(uploaded.code()).as(uploaded.err()).isZero();
    Matcher digest = Pattern.compile("sha256:[0-9a-f]{64}").matcher(uploaded.out());
    assertThat(digest.find()).as(uploaded.out()).isTrue();
    var registered =
        site.signet(
            "agent",
            "register",
            Site.AGENT,
            "--host",
            site.host().id(),
            "--signer",
            site.signer(),
            "--waive-boot",
            "simulated",
            "--ima-policy",
            digest.group(),
            "--any-launcher",
            "run from a source tree");
    assertThat(registered.code()).as(registered.err()).isZero();
  }

  @AfterAll
  static void close() throws Exception {
    site.close();
  }

  private static void boot() throws Exception {
    site.host().reboot();
    log = new SimulatedImaLog();
    List<Extend> measured = new ArrayList<>();
    measured.add(new Extend(10, log.bootAggregate(PCRS).extended()));
    measured.add(new Extend(10, log.file("/usr/bin/bash", "bash").extended()));
    shown(measured, log.binary());
  }

  /** The kernel measures a program, and the log says so. */
  private static void runs(String path, String content) throws Exception {
    shown(List.of(new Extend(10, log.file(path, content).extended())), log.binary());
  }

  private static void shown(List<Extend> measured, byte[] export) throws Exception {
    Files.write(file, export);
    site.host().measure(measured, new HostLogFiles(Optional.empty(), Optional.of(file)));
  }

  /** What of the log an accepted attestation carried. */
  private static HostLogs.Ima attested() throws Exception {
    try (InProcessLaunch launch = InProcessLaunch.of(site);
        RequestKey key = launch.release()) {
      var evidence = launch.evidence(launch.challenge(Purpose.ATTEST), key);
      assertThat(InProcessLaunch.granted(launch.client().attest(evidence)).appraisal().ima())
          .isEqualTo(Appraisal.Ima.APPRAISED);
      return evidence.logs().ima();
    }
  }

  private static String refused(String reason) throws Exception {
    try (InProcessLaunch launch = InProcessLaunch.of(site)) {
      assertThat(launch.refusal()).isEqualTo(reason);
    }
    JsonNode decision = site.audit().getLast();
    assertThat(decision.path("outcome").asText()).isEqualTo(reason);
    return decision.path("detail").asText();
  }

  @Test
  void logGrowsAndCrossesTheWireOnceAlsoWhenTheVerifierRestarts() throws Exception {
    boot();
    int before = log.binary().length;
    assertThat(attested()).isEqualTo(new HostLogs.Ima(before, attested().log(), false));
    site.stopVerifier();
    site.startVerifier();
    runs("/usr/bin/ls", "ls");
    try (InProcessLaunch launch = InProcessLaunch.of(site)) {
      assertThat(launch.challenge(Purpose.RELEASE).logs().ima().from()).isEqualTo(before);
      launch.release().close();
    }
    HostLogs.Ima second = attested();
    assertThat(second.from()).isEqualTo(log.binary().length);
    assertThat(second.log().size()).isZero();
  }

  @Test
  void unapprovedProgramIsRefusedByNameUntilTheReboot() throws Exception {
    boot();
    attested();
    runs("/usr/local/bin/implant", "evil");
    assertThat(refused("IMA_NOT_APPROVED"))
        .contains("/usr/local/bin/implant", "expected nothing there", "allowed by files: {");
    assertThat(refused("IMA_NOT_APPROVED")).contains("/usr/local/bin/implant");
    boot();
    attested();
  }

  @Test
  void attack19And20LogThatHidesAProgramIsRefused() throws Exception {
    boot();
    SimulatedImaLog fair = new SimulatedImaLog().bootAggregate(PCRS).file("/usr/bin/bash", "bash");
    byte[] without = log.binary();
    List<Extend> evil = List.of(new Extend(10, log.file("/usr/bin/ls", "evil").extended()));
    shown(evil, fair.file("/usr/bin/ls", "ls").binary());
    assertThat(refused("IMA_LOG_DOES_NOT_REPLAY")).contains("PCR 10");
    shown(List.of(), without);
    assertThat(refused("IMA_LOG_DOES_NOT_REPLAY")).contains("PCR 10");
    shown(List.of(), Arrays.copyOf(log.binary(), log.binary().length - 5));
    assertThat(refused("IMA_LOG_DOES_NOT_REPLAY")).contains("no whole entry");
    shown(List.of(), log.binary());
    assertThat(refused("IMA_NOT_APPROVED")).contains("/usr/bin/ls");
    site.host().measure(List.of(), HostLogFiles.NONE);
    assertThat(refused("IMA_LOG_DOES_NOT_REPLAY")).contains("got none");
  }
}
