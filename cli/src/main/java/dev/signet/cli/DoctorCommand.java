// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.attestor.Attestor;
import dev.signet.attestor.AttestorException;
import dev.signet.attestor.BootClock;
import dev.signet.attestor.HostHealth;
import dev.signet.attestor.Tpm;
import dev.signet.attestor.TpmProperties;
import dev.signet.cli.DoctorCheck.State;
import dev.signet.launcher.Answer;
import dev.signet.launcher.EnrolledHost;
import dev.signet.launcher.LauncherDigest;
import dev.signet.launcher.VerifierClient;
import dev.signet.launcher.process.AgentSpace;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.requestsignatures.SignatureProviders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "doctor",
    description = {
      "Looks at everything that a launch on this host needs, and says what is missing or unsafe.",
      "Exit code 0 if nothing is wrong, 1 if something is."
    },
    footerHeading = "%nExamples:%n",
    footer = {"  signet doctor", "  signet doctor --tpm swtpm:unix:/tmp/tpm/s --json"})
final class DoctorCommand implements SignetCommand {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final Duration SKEW = Duration.ofSeconds(2);
  private static final Duration SAFE_SKEW = Duration.ofSeconds(8);

  private final Invocation invocation;
  private final List<DoctorCheck> checks = new ArrayList<>();

  @Mixin private HostOptions host;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  DoctorCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  private record Result(String outcome, List<DoctorCheck> checks) {}

  @Override
  public ExitCode run() throws CommandFailure, IOException {
    versions();
    isolation();
    Path state = host.state(invocation.environment());
    permissions(state);
    checks.addAll(new HostSurroundings(Path.of("/")).checks());
    tpm(state);
    verifier(state);
    boolean bad = checks.stream().anyMatch(c -> c.state() == State.BAD);
    ExitCode code = bad ? ExitCode.REFUSED : ExitCode.GOOD;
    if (json) {
      invocation.print(new Result(code.outcome(), checks));
    } else {
      for (DoctorCheck c : checks) {
        String mark = c.state() == State.GOOD ? "ok  " : c.state() == State.BAD ? "BAD " : "look";
        invocation.say("%s  %-12s  %s".formatted(mark, c.check(), c.found()));
      }
    }
    return code;
  }

  private void add(String check, State state, String found) {
    checks.add(new DoctorCheck(check, state, found));
  }

  private void versions() throws IOException {
    add(
        "versions",
        State.GOOD,
        "Java "
            + Runtime.version()
            + ", "
            + System.getProperty("os.name")
            + " "
            + System.getProperty("os.version")
            + ", signatures by "
            + SignatureProviders.detect().description());
    add(
        "launcher",
        State.GOOD,
        LauncherDigest.ofRunningProgram() + " (for 'signet agent register --launcher')");
  }

  private void isolation() throws CommandFailure {
    try {
      Optional<String> missing = AgentSpace.missing();
      add(
          "isolation",
          missing.isEmpty() ? State.GOOD : State.WARNING,
          missing.orElse(
              "agents can have a user, network and file systems of their own (tried just now)"));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CommandFailure.unavailable("interrupted", e);
    }
  }

  private void permissions(Path state) throws IOException {
    if (!Files.exists(state)) {
      add("state", State.BAD, state + " does not exist: run `signet provision`");
      return;
    }
    String mode =
        PosixFilePermissions.toString(
            Files.getPosixFilePermissions(state, LinkOption.NOFOLLOW_LINKS));
    boolean closed = mode.endsWith("------");
    add(
        "state",
        closed ? State.GOOD : State.BAD,
        state + " (" + mode + ")" + (closed ? "" : ": others can look into it; chmod 700 it"));
  }

  private void tpm(Path state) {
    try (Tpm tpm = host.open(invocation)) {
      TpmProperties p = tpm.properties();
      add(
          "tpm",
          State.GOOD,
          "%s at %s, firmware %016x, of the specification of %d"
              .formatted(
                  p.manufacturer(),
                  host.address(invocation.environment()),
                  p.firmwareVersion(),
                  p.specificationYear()));
      boolean sha256 = p.pcrBanks().contains("sha256");
      add(
          "pcr banks",
          sha256 ? State.GOOD : State.BAD,
          String.join(", ", p.pcrBanks())
              + (sha256 ? "" : ": the sha256 bank must be on (firmware settings)"));
      boolean set = p.ownerAuthSet() && p.endorsementAuthSet() && p.lockoutAuthSet();
      add(
          "hierarchies",
          set ? State.GOOD : State.BAD,
          set
              ? "owner, endorsement and lockout have authorization values"
              : "owner %s, endorsement %s, lockout %s: with an empty one, any user of the TPM can"
                      .formatted(
                          word(p.ownerAuthSet()),
                          word(p.endorsementAuthSet()),
                          word(p.lockoutAuthSet()))
                  + " enrol a key of his own or clear it; run `signet provision`");
      add(
          "lockout",
          p.inLockout() ? State.BAD : p.lockoutCounter() > 0 ? State.WARNING : State.GOOD,
          p.lockoutCounter() + " of " + p.maxAuthFail() + " failed authorizations");
      BootClock clock = tpm.clock();
      add(
          "boot",
          clock.safe() ? State.GOOD : State.WARNING,
          "resetCount %d, restartCount %d%s"
              .formatted(
                  clock.resetCount(),
                  clock.restartCount(),
                  clock.safe() ? "" : " (the last shutdown was not orderly)"));
      add(
          "clear",
          State.GOOD,
          p.clearDisabled()
              ? "TPM2_Clear is disabled for everybody but the firmware"
              : "TPM2_Clear takes the lockout hierarchy's authorization");
      resourceManager();
      attestor(tpm, state);
    } catch (CommandFailure | IOException e) {
      add("tpm", State.BAD, e.getMessage());
    }
  }

  /** A device without a resource manager is anybody's who opens it next. */
  private void resourceManager() throws CommandFailure, IOException {
    String address = host.address(invocation.environment());
    boolean bare = address.matches("device:.*/tpm[0-9]+");
    add(
        "tpm access",
        bare ? State.BAD : address.startsWith("device:") ? State.GOOD : State.WARNING,
        bare
            ? address + " has no resource manager: use device:/dev/tpmrm0"
            : address.startsWith("device:")
                ? address + ", with the kernel's resource manager"
                : address + " is a simulator: whoever runs it has its keys");
  }

  /** What hardens the host, and whether it is in order. */
  private void hardening(Tpm tpm, Path state) throws IOException {
    Optional<HostHealth> found = HostHealth.of(tpm, state);
    if (found.isEmpty()) {
      return; // the check of the AK says so
    }
    HostHealth health = found.get();
    String register = health.registerName();
    checks.add(
        switch (health.register()) {
          case NONE ->
              DoctorCheck.look(
                  "register",
                  "launches are recorded in a PCR, which any user of the TPM can extend and so end"
                      + " attestation until a reboot: signet provision --register nv");
          case MISSING ->
              DoctorCheck.bad(
                  "register",
                  register
                      + " is missing: somebody deleted it with the owner's authorization; find out"
                      + " who, then provision anew (signet provision --replace)");
          case FOREIGN ->
              DoctorCheck.bad(
                  "register",
                  register
                      + " is another index than the one that was made: somebody put it there; find"
                      + " out who, then provision anew (signet provision --replace)");
          case NOT_OPENED ->
              DoctorCheck.bad(
                  "register",
                  "%s was not opened in this boot: enable signet-register.service and reboot, or run"
                          .formatted(register)
                      + " signet register open while nothing was measured into PCR "
                      + health.registerPcr());
          case OPENED ->
              DoctorCheck.good(
                  "register",
                  "%s, opened in this boot, moves PCR %d"
                      .formatted(register, health.registerPcr()));
        });
    checks.add(
        switch (health.secret()) {
          case IN_THE_OPEN ->
              DoctorCheck.look(
                  "secret",
                  "the launcher secret is in a file: whoever boots another system on this machine"
                      + " can use it (signet provision --boot-approver)");
          case SEALED ->
              DoctorCheck.good("secret", "sealed to approved states of PCRs " + health.sealedTo());
          case NOT_APPROVED ->
              DoctorCheck.bad(
                  "secret",
                  "sealed to states of PCRs %s, and nobody approved this one: signet boot state"
                      .formatted(health.sealedTo()));
        });
  }

  private static String word(boolean set) {
    return set ? "set" : "EMPTY";
  }

  private void attestor(Tpm tpm, Path state) throws IOException {
    try {
      Attestor attestor = Attestor.open(tpm, state);
      Optional<Bytes> certificate = attestor.ekCertificate();
      add(
          "ek",
          certificate.isPresent() ? State.GOOD : State.BAD,
          certificate
              .map(c -> "certificate " + Digest.hash(c.toArray()) + " (for 'signet host admit')")
              .orElse("this TPM has no EK certificate in NV; no verifier can trust it"));
      add("ak", State.GOOD, "AK Name " + attestor.akName().toHex());
      hardening(tpm, state);
    } catch (AttestorException e) {
      add("ak", State.BAD, e.reason() + ": " + e.getMessage());
    }
  }

  private void verifier(Path state) throws IOException {
    EnrolledHost enrolled;
    try {
      enrolled = EnrolledHost.load(state);
    } catch (IOException e) {
      add("enrolment", State.BAD, e.getMessage());
      return;
    }
    add("enrolment", State.GOOD, enrolled.host() + " at " + enrolled.verifier());
    try (VerifierClient client = new VerifierClient(enrolled.url(), enrolled.trust(), TIMEOUT)) {
      Instant before = invocation.clock().instant();
      Answer<byte[]> answer = client.call("GET", "/v1/keys", null, null);
      add(
          "verifier",
          answer instanceof Answer.Granted ? State.GOOD : State.BAD,
          enrolled.url() + (answer instanceof Answer.Granted ? " answers" : " refuses"));
      client
          .serverTime()
          .ifPresentOrElse(
              time -> clock(Duration.between(before, time)),
              () -> add("clock", State.WARNING, "the verifier did not tell its time"));
    } catch (IOException e) {
      add("verifier", State.BAD, e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void clock(Duration ahead) {
    Duration off = ahead.abs();
    add(
        "clock",
        off.compareTo(SKEW) <= 0
            ? State.GOOD
            : off.compareTo(SAFE_SKEW) <= 0 ? State.WARNING : State.BAD,
        "within "
            + off.toSeconds()
            + " s of the verifier's"
            + (off.compareTo(SKEW) <= 0 ? "" : ": set up time synchronisation"));
  }
}
