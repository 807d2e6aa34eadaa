// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.appraisal;

import static dev.signet.verifier.Expect.authentic;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.Appraisal;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.HostId;
import dev.signet.protocol.KeyProtection;
import dev.signet.protocol.LaunchEvent;
import dev.signet.protocol.LaunchLog;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.ReferenceStatement;
import dev.signet.protocol.Refusal;
import dev.signet.verifier.Sample;
import dev.signet.verifier.SoftwareRegister;
import dev.signet.verifier.SoftwareTpm;
import dev.signet.verifier.appraisal.AppraisalResult.Contraindicated;
import dev.signet.verifier.verification.BaselineRule;
import dev.signet.verifier.verification.RegisterVerifier;
import dev.signet.verifier.verification.VerifiedLaunchLog;
import dev.signet.verifier.verification.VerifiedRegister;
import java.security.interfaces.ECPublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AppraiserTest {
  private static final Instant NOW = Instant.parse("2026-11-21T10:15:30Z");
  private static final String SIGNER = "signer-thumbprint";
  private static final Map<Integer, Digest> GOOD_BOOT =
      Map.of(4, Sample.digest("boot loader"), 7, Sample.digest("secure boot"));
  private static final Map<Integer, String> IMA = Map.of(10, "IMA measures every file");
  private static final AgentId OTHER = new AgentId("spiffe://example.org/agent/other");

  private final Sample sample = new Sample();
  private LaunchEvent.Start start = sample.start();
  private Set<HostId> hosts = Set.of(Sample.HOST);
  private Set<String> signers = Set.of(SIGNER);
  private long floor = 3;
  private BootExpectation boot = new BootExpectation.Pinned(GOOD_BOOT, IMA);
  private LauncherExpectation launcher = new LauncherExpectation.Permitted(Set.of(Sample.LAUNCHER));
  private boolean isolationRequired;
  private boolean nvRegisterRequired;
  private AgentId registered = Sample.AGENT;
  private AgentId stated = Sample.AGENT;
  private Digest payload = Sample.STATEMENT;
  private List<ReferenceStatement.Artifact> artifacts = artifacts("agent-jar", Sample.JAR);
  private List<String> arguments = List.of("--serve", "8080");
  private List<String> environment = List.of("LANG", "TZ");
  private long securityVersion = 3;
  private Instant notAfter = NOW.plusSeconds(60);
  private Claim claim =
      new Claim(Sample.HOST, Sample.AGENT, Sample.LAUNCH, sample.requestKey, KeyProtection.SEALED);

  private static List<ReferenceStatement.Artifact> artifacts(String role, Digest digest) {
    return List.of(new ReferenceStatement.Artifact(role, digest, 10));
  }

  private VerifiedLaunchLog log(LaunchEvent... events) {
    return authentic(
        VerifiedLaunchLog.replay(
            Sample.log(events),
            sample.quote(Sample.INPUT, Sample.pcrs(events)),
            Sample.REGISTER,
            BaselineRule.zeros()));
  }

  private AppraisalResult appraise(VerifiedLaunchLog log) {
    ReferenceStatement statement =
        new ReferenceStatement(
            ReferenceStatement.STATEMENT_TYPE,
            artifacts.stream()
                .map(
                    a ->
                        new ReferenceStatement.Subject(
                            a.role(), new ReferenceStatement.Sha256(a.digest().toHex())))
                .toList(),
            ReferenceStatement.PREDICATE_TYPE,
            new ReferenceStatement.Predicate(
                stated,
                "1.0",
                securityVersion,
                new ReferenceStatement.Validity(NOW.minusSeconds(60), notAfter),
                artifacts,
                new ReferenceStatement.Launch(arguments, environment)));
    return Appraiser.appraise(
        log,
        new ReferenceValues(statement, payload, SIGNER),
        new Registration(
            registered,
            hosts,
            signers,
            floor,
            boot,
            BaselineRule.zeros(),
            nvRegisterRequired,
            launcher,
            isolationRequired),
        claim,
        NOW);
  }

  private Affirming affirms() {
    AppraisalResult result = appraise(log(start));
    assertThat(result).isInstanceOf(Affirming.class);
    return (Affirming) result;
  }

  private void finds(Refusal reason, String... details) {
    finds(appraise(log(start)), reason, details);
  }

  private static void finds(AppraisalResult result, Refusal reason, String... details) {
    assertThat(result).isInstanceOf(Contraindicated.class);
    List<Finding> findings = ((Contraindicated) result).findings();
    assertThat(findings).as(findings.toString()).hasSize(details.length);
    for (int i = 0; i < details.length; i++) {
      assertThat(findings.get(i).reason()).isEqualTo(reason);
      assertThat(findings.get(i).detail()).contains(details[i]);
    }
  }

  @Test
  void affirmsAndSaysNoMoreThanWasChecked() {
    Affirming affirming = affirms();
    assertThat(affirming.appraisal())
        .isEqualTo(
            new Appraisal(
                Appraisal.Boot.PINNED,
                null,
                Appraisal.Launcher.VERIFIED_BOOT,
                Appraisal.Isolation.NONE,
                Appraisal.Register.PCR,
                KeyProtection.SEALED,
                3));
    assertThat(affirming.waivers()).containsExactly("PCR 10: IMA measures every file");
    assertThat(affirming.measurements()).containsExactly(Sample.JAR);
    assertThat(affirming.start()).isEqualTo(start);
  }

  @Test
  void attack05AgentOnAnotherHost() {
    hosts = Set.of(new HostId("host-2"));
    finds(Refusal.NOT_REGISTERED, "expected a host of [host-2], got host-1");
    hosts = Set.of();
    finds(Refusal.NOT_REGISTERED, "expected a host of []");
  }

  @Test
  void attack55HostThatNoRegistrationNames() {
    claim =
        new Claim(
            new HostId("attacker-laptop"),
            Sample.AGENT,
            Sample.LAUNCH,
            sample.requestKey,
            KeyProtection.SEALED);
    finds(Refusal.NOT_REGISTERED, "got attacker-laptop");
  }

  @Test
  void attack50RegistrationOrStatementOfAnotherAgent() {
    registered = OTHER;
    finds(Refusal.NOT_REGISTERED, "the registration is of " + OTHER);
    registered = Sample.AGENT;
    stated = OTHER;
    finds(Refusal.MEASUREMENT_MISMATCH, "the statement is of " + OTHER);
  }

  @Test
  void attack51StatementRolledBack() {
    securityVersion = 2;
    finds(Refusal.ROLLED_BACK, "expected 3 or more, got 2");
    floor = 2;
    affirms();
  }

  @Test
  void attack51StatementExpiredOrNotYetValid() {
    notAfter = NOW;
    finds(Refusal.STATEMENT_EXPIRED, "now 2026-11-21T10:15:30Z");
    notAfter = NOW.plusNanos(1);
    affirms();
  }

  @Test
  void attack52StatementBySomebodyElseOrAnotherStatement() {
    signers = Set.of("another");
    finds(Refusal.STATEMENT_UNTRUSTED, "expected a signer of [another]");
    signers = Set.of();
    finds(Refusal.STATEMENT_UNTRUSTED, "expected a signer of []");
    signers = Set.of(SIGNER);
    payload = Sample.digest("another statement");
    finds(Refusal.MEASUREMENT_MISMATCH, "reference statement: launched under");
  }

  @Test
  void refusesOtherMissingAndMoreArtifacts() {
    artifacts = artifacts("agent-jar", Sample.digest("the approved jar"));
    finds(Refusal.MEASUREMENT_MISMATCH, "agent-jar: expected sha256:");
    artifacts =
        List.of(
            new ReferenceStatement.Artifact("agent-jar", Sample.JAR, 10),
            new ReferenceStatement.Artifact("java-runtime", Sample.ZERO, 10));
    finds(Refusal.MEASUREMENT_MISMATCH, "java-runtime: expected sha256:" + "0".repeat(64));
    artifacts = artifacts("agent-jar", Sample.JAR);
    start =
        with(
            List.of(
                new LaunchEvent.Artifact("agent-jar", Sample.JAR),
                new LaunchEvent.Artifact("plugin", Sample.ZERO)),
            start.arguments(),
            start.environment());
    finds(Refusal.MEASUREMENT_MISMATCH, "plugin: expected none");
  }

  @Test
  void artifactUnderAnotherRoleIsNotTheArtifact() {
    start =
        with(
            List.of(new LaunchEvent.Artifact("image", Sample.JAR)),
            start.arguments(),
            start.environment());
    finds(Refusal.MEASUREMENT_MISMATCH, "agent-jar: expected", "image: expected none");
  }

  @Test
  void attack29OtherArgumentsOrEnvironment() {
    for (List<String> other :
        List.of(
            List.<String>of(),
            List.of("8080", "--serve"),
            List.of("--serve", "8080", "--debug"),
            List.of("--serve 8080"))) {
      start = with(start.artifacts(), other, start.environment());
      finds(Refusal.MEASUREMENT_MISMATCH, "arguments: expected [--serve, 8080]");
    }
    arguments = null;
    affirms();
    start = with(start.artifacts(), start.arguments(), List.of("JAVA_TOOL_OPTIONS", "LANG"));
    finds(Refusal.MEASUREMENT_MISMATCH, "launched also with [JAVA_TOOL_OPTIONS]");
    start = with(start.artifacts(), start.arguments(), List.of());
    affirms();
  }

  @Test
  void attack29PropertiesBesideFixedArguments() {
    start = withJvmOptions(List.of("-Xmx64m", "-Dloader.path=/tmp/evil"));
    finds(Refusal.MEASUREMENT_MISMATCH, "launched with [-Dloader.path=/tmp/evil]");
    start = withJvmOptions(List.of("-ea"));
    finds(Refusal.MEASUREMENT_MISMATCH, "launched with [-ea]");
    arguments = null;
    affirms();
  }

  @Test
  void tellsFullIsolationOnlyWhereEveryMeasureOfItWasTaken() {
    List<String> full = List.of("no-new-privileges", "other-user", "own-mounts", "own-network");
    start = withIsolation(Stream.concat(full.stream(), Stream.of("private-copy")).toList());
    assertThat(affirms().appraisal().isolation()).isEqualTo(Appraisal.Isolation.FULL);
    for (String missing : full) {
      start = withIsolation(full.stream().filter(measure -> !measure.equals(missing)).toList());
      assertThat(affirms().appraisal().isolation())
          .as("without " + missing)
          .isEqualTo(Appraisal.Isolation.NONE);
    }
  }

  @Test
  void attack65RefusesAnAgentOnItsHostsNetworkWhereFullIsolationIsRequired() {
    isolationRequired = true;
    start = withIsolation(List.of("host-network", "no-new-privileges", "other-user"));
    finds(
        Refusal.MEASUREMENT_MISMATCH,
        "isolation: expected at least [no-new-privileges, other-user, own-mounts, own-network],"
            + " launched with [host-network, no-new-privileges, other-user]");
    start = withIsolation(List.of("no-new-privileges", "other-user", "own-mounts", "own-network"));
    affirms();
  }

  @Test
  void attack13RefusesARegisterThatOthersExtendWhereThatIsNotAccepted() {
    affirms();
    nvRegisterRequired = true;
    finds(Refusal.REGISTER_REJECTED, "expected one of kind nv, got one of kind pcr");
  }

  @Test
  void registerThatOthersCannotExtendIsAcceptedWhereItIsRequired() {
    nvRegisterRequired = true;
    SoftwareRegister register =
        new SoftwareRegister(
            sample.tpm, Sample.INPUT, Sample.register(SoftwareRegister.BASELINE, start));
    VerifiedRegister verified =
        authentic(
            new RegisterVerifier(Sample.PROVIDER)
                .verify(
                    register.evidence(),
                    sample.quote(Sample.INPUT, Sample.pcrs(start)),
                    Sample.INPUT,
                    Sample.REGISTER));
    Bytes log =
        Sample.log(register.index, new LaunchLog.Baseline(SoftwareRegister.BASELINE, 7, 2), start);
    AppraisalResult result = appraise(authentic(VerifiedLaunchLog.replay(log, verified)));
    assertThat(result).isInstanceOf(Affirming.class);
    assertThat(((Affirming) result).appraisal().register()).isEqualTo(Appraisal.Register.NV);
  }

  private LaunchEvent.Start withIsolation(List<String> isolation) {
    return new LaunchEvent.Start(
        start.agent(),
        start.launch(),
        start.statement(),
        start.artifacts(),
        start.runtime(),
        start.arguments(),
        start.jvmOptions(),
        start.environment(),
        isolation,
        start.requestKey(),
        start.keyProtection(),
        start.launcher());
  }

  private LaunchEvent.Start withJvmOptions(List<String> options) {
    return new LaunchEvent.Start(
        start.agent(),
        start.launch(),
        start.statement(),
        start.artifacts(),
        start.runtime(),
        start.arguments(),
        options,
        start.environment(),
        start.isolation(),
        start.requestKey(),
        start.keyProtection(),
        start.launcher());
  }

  private LaunchEvent.Start with(
      List<LaunchEvent.Artifact> artifacts, List<String> arguments, List<String> environment) {
    return new LaunchEvent.Start(
        start.agent(),
        start.launch(),
        start.statement(),
        artifacts,
        start.runtime(),
        arguments,
        start.jvmOptions(),
        environment,
        start.isolation(),
        start.requestKey(),
        start.keyProtection(),
        start.launcher());
  }

  @Test
  void attack61EvidenceForAKeyThatWasNotLaunched() {
    PublicJwk other = PublicJwk.of((ECPublicKey) SoftwareTpm.p256().getPublic());
    claim = new Claim(Sample.HOST, Sample.AGENT, Sample.LAUNCH, other, KeyProtection.SEALED);
    finds(Refusal.NO_LIVE_LAUNCH, "request key: launched with");
  }

  @Test
  void refusesLaunchThatIsNotLive() {
    claim =
        new Claim(
            Sample.HOST,
            Sample.AGENT,
            Sample.OTHER_LAUNCH,
            sample.requestKey,
            KeyProtection.SEALED);
    finds(Refusal.NO_LIVE_LAUNCH, "expected launch " + Sample.OTHER_LAUNCH);
    claim =
        new Claim(
            Sample.HOST, Sample.AGENT, Sample.LAUNCH, sample.requestKey, KeyProtection.SEALED);
    AppraisalResult stopped = appraise(log(start, Sample.stop(Sample.AGENT, Sample.LAUNCH)));
    finds(stopped, Refusal.NO_LIVE_LAUNCH, "live is none");
    finds(
        appraise(log(sample.start(OTHER, Sample.LAUNCH))), Refusal.NO_LIVE_LAUNCH, "live is none");
  }

  @Test
  void attack24BootThatIsNotTheApprovedOne() {
    boot =
        new BootExpectation.Pinned(
            Map.of(4, Sample.digest("another boot loader"), 7, GOOD_BOOT.get(7)), IMA);
    finds(Refusal.BOOT_NOT_APPROVED, "PCR 4: expected " + Sample.digest("another boot loader"));
  }

  @Test
  void quotedPcrThatNobodyMentionsIsAFinding() {
    boot = new BootExpectation.Pinned(GOOD_BOOT);
    finds(Refusal.BOOT_NOT_APPROVED, "PCR 10: expected a value or a waiver");
    boot = new BootExpectation.Pinned(Map.of(7, GOOD_BOOT.get(7)), IMA);
    finds(Refusal.BOOT_NOT_APPROVED, "PCR 4: expected a value or a waiver");
  }

  @Test
  void pinnedPcrThatIsNotQuotedIsAFinding() {
    boot =
        new BootExpectation.Pinned(
            Map.of(4, GOOD_BOOT.get(4), 7, GOOD_BOOT.get(7), 11, Sample.ZERO), IMA);
    finds(Refusal.BOOT_NOT_APPROVED, "PCR 11: expected " + Sample.ZERO + ", quoted nothing");
  }

  @Test
  void waivedBootIsStatedAndVouchesForNothing() {
    boot = new BootExpectation.Waived("the TPM is a simulator");
    Affirming affirming = affirms();
    assertThat(affirming.appraisal().boot()).isEqualTo(Appraisal.Boot.WAIVED);
    assertThat(affirming.appraisal().bootReason()).isEqualTo("the TPM is a simulator");
    assertThat(affirming.appraisal().launcher()).isEqualTo(Appraisal.Launcher.SELF_REPORTED);
    assertThat(affirming.waivers()).containsExactly("boot: the TPM is a simulator");
  }

  @Test
  void bootWithoutTheOperatingSystemVouchesForNoLauncher() {
    boot =
        new BootExpectation.Pinned(
            Map.of(7, GOOD_BOOT.get(7)), Map.of(4, "differs by machine", 10, "IMA"));
    assertThat(affirms().appraisal().launcher()).isEqualTo(Appraisal.Launcher.SELF_REPORTED);
    boot = new BootExpectation.Pinned(Map.of(4, GOOD_BOOT.get(4)), Map.of(7, "?", 10, "IMA"));
    assertThat(affirms().appraisal().launcher()).isEqualTo(Appraisal.Launcher.SELF_REPORTED);
  }

  @Test
  void refusesOtherLauncherUnlessWaived() {
    launcher = new LauncherExpectation.Permitted(Set.of(Sample.ZERO));
    finds(Refusal.MEASUREMENT_MISMATCH, "launcher: expected one of");
    launcher = new LauncherExpectation.Permitted(Set.of());
    finds(Refusal.MEASUREMENT_MISMATCH, "launcher: expected one of []");
    launcher = new LauncherExpectation.Waived("many versions are in use");
    Affirming affirming = affirms();
    assertThat(affirming.appraisal().launcher()).isEqualTo(Appraisal.Launcher.SELF_REPORTED);
    assertThat(affirming.waivers()).contains("launcher: many versions are in use");
  }

  @Test
  void findsEverythingThatIsWrong() {
    hosts = Set.of();
    signers = Set.of();
    securityVersion = 0;
    notAfter = NOW.minusSeconds(1);
    boot = new BootExpectation.Pinned(Map.of(4, Sample.ZERO, 7, Sample.ZERO));
    launcher = new LauncherExpectation.Permitted(Set.of());
    artifacts = artifacts("agent-jar", Sample.ZERO);
    arguments = List.of();
    environment = List.of();
    List<Finding> findings = ((Contraindicated) appraise(log(start))).findings();
    assertThat(findings)
        .extracting(Finding::reason)
        .containsExactly(
            Refusal.NOT_REGISTERED,
            Refusal.STATEMENT_UNTRUSTED,
            Refusal.STATEMENT_EXPIRED,
            Refusal.ROLLED_BACK,
            Refusal.BOOT_NOT_APPROVED,
            Refusal.BOOT_NOT_APPROVED,
            Refusal.BOOT_NOT_APPROVED,
            Refusal.MEASUREMENT_MISMATCH,
            Refusal.MEASUREMENT_MISMATCH,
            Refusal.MEASUREMENT_MISMATCH,
            Refusal.MEASUREMENT_MISMATCH);
  }

  @Test
  void waiversNeedReasonsAndExpectationsNeedContent() {
    List<Runnable> wrong = new ArrayList<>();
    wrong.add(() -> new BootExpectation.Waived(" "));
    wrong.add(() -> new LauncherExpectation.Waived(""));
    wrong.add(() -> new BootExpectation.Pinned(Map.of()));
    wrong.add(() -> new BootExpectation.Pinned(GOOD_BOOT, Map.of(4, "both")));
    wrong.add(() -> new BootExpectation.Pinned(GOOD_BOOT, Map.of(10, "")));
    for (Runnable call : wrong) {
      assertThatThrownBy(call::run).isInstanceOf(IllegalArgumentException.class);
    }
  }
}
