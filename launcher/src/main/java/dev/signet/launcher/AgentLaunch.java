// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.attestor.Attestor;
import dev.signet.attestor.LaunchRegister;
import dev.signet.attestor.ReleaseOutcome;
import dev.signet.attestor.RequestKey;
import dev.signet.launcher.container.Cgroups;
import dev.signet.launcher.container.ContainerHost;
import dev.signet.launcher.container.ContainerImage;
import dev.signet.launcher.container.UnsoundImageException;
import dev.signet.launcher.process.AgentPlan;
import dev.signet.launcher.process.AgentProcess;
import dev.signet.launcher.process.AgentSpace;
import dev.signet.launcher.process.AgentUser;
import dev.signet.launcher.process.IsolationMode;
import dev.signet.launcher.process.JarFiles;
import dev.signet.launcher.process.LaunchDirectory;
import dev.signet.measurements.JarRuler;
import dev.signet.measurements.image.ImageSelection;
import dev.signet.measurements.image.ImageSource;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.AttestationResult;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.LaunchEvent;
import dev.signet.protocol.LaunchId;
import dev.signet.protocol.ProblemDetails;
import dev.signet.protocol.ReferenceStatement;
import dev.signet.protocol.Refusal;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Starts agents: copies and measures, checks against the reference statement, records the launch in
 * the TPM, has the key released, attests, and only then starts the process. Nothing that fails on
 * the way leaves an agent running, a key in memory or an unfinished launch in the log.
 */
public final class AgentLaunch {
  /** A host's clock further off than this from the verifier's is worth a warning. */
  private static final Duration TOLERATED_SKEW = Duration.ofSeconds(2);

  private final Attestor attestor;
  private final EnrolledHost host;
  private final StartedVersions versions;
  private final VerifierClient verifier;
  private final Clock clock;
  private final SecureRandom random;
  private final Progress progress;
  private final WayOut.Surroundings surroundings;

  /**
   * @param state directory in which the host keeps what it was enrolled and started with
   */
  public AgentLaunch(
      Attestor attestor,
      Path state,
      EnrolledHost host,
      VerifierClient verifier,
      Clock clock,
      SecureRandom random,
      Progress progress) {
    this.attestor = attestor;
    this.surroundings = new WayOut.Surroundings(state, clock, random, progress);
    this.host = host;
    this.versions = new StartedVersions(state, host.verifier());
    this.verifier = verifier;
    this.clock = clock;
    this.random = random;
    this.progress = progress;
    LauncherDigest.prepare();
    Preparation.ofConnection(verifier);
  }

  /**
   * Starts one agent.
   *
   * @param parentEnvironment the launcher's environment, of which language and time zone are taken
   * @throws IOException if the TPM, the verifier or a file cannot be used
   * @throws IllegalArgumentException if the request asks for what cannot be, such as a JVM option
   *     that opens a side door or a register that anybody can reset; nothing was recorded then
   */
  public LaunchOutcome start(LaunchRequest request, Map<String, String> parentEnvironment)
      throws IOException, InterruptedException {
    try (Unwinding unwinding = new Unwinding()) {
      return switch (request.program()) {
        case Program.Jar jar -> startJar(jar, request, parentEnvironment, unwinding);
        case Program.Image image -> startImage(image, request, unwinding);
      };
    }
  }

  private LaunchDirectory jarDirectory(LaunchRequest request) throws IOException {
    if (request.isolation() == IsolationMode.FULL) {
      AgentSpace.requireRights();
      if (request.user().isEmpty()) {
        return LaunchDirectory.createForOwnUser(
            request.privateParent(), random, Cgroups::removeIfAny);
      }
    }
    return directory(request, request.user());
  }

  private static LaunchDirectory directory(LaunchRequest request, Optional<AgentUser> user)
      throws IOException {
    return LaunchDirectory.create(request.privateParent(), user, Cgroups::removeIfAny);
  }

  private LaunchOutcome startJar(
      Program.Jar program,
      LaunchRequest request,
      Map<String, String> parentEnvironment,
      Unwinding unwinding)
      throws IOException, InterruptedException {
    LaunchDirectory directory = jarDirectory(request);
    unwinding.undo(directory::close);
    JarFiles files =
        JarFiles.copy(program.file(), program.classPath(), directory, JarRuler.MAX_BYTES);
    unwinding.undo(files::close);
    progress.say(
        Progress.Step.COPIED,
        program.file().getFileName()
            + (files.classPath().isEmpty()
                ? ""
                : " and " + files.classPath().size() + " on its class path")
            + " copied to a private place and measured: "
            + files.jar().digest());
    return switch (JarCheck.check(request, files, clock.instant())) {
      case JarCheck.Refused(LaunchCheck.Result.Failed failed) ->
          new LaunchOutcome.RefusedHere(failed.reason(), failed.detail());
      case JarCheck.Good(LaunchCheck.Result.Passed passed, Optional<String> mainClass) -> {
        sayAccepted(passed, "this JAR");
        yield launch(
            request,
            directory,
            new PreparedJar(request, directory, files, mainClass, parentEnvironment),
            passed,
            unwinding);
      }
    };
  }

  private LaunchOutcome startImage(Program.Image image, LaunchRequest request, Unwinding unwinding)
      throws IOException, InterruptedException {
    ContainerHost containers = ContainerHost.find();
    LaunchCheck.Result.Passed passed;
    switch (LaunchCheck.image(request, image, clock.instant())) {
      case LaunchCheck.Result.Failed(String reason, String detail) -> {
        return new LaunchOutcome.RefusedHere(reason, detail);
      }
      case LaunchCheck.Result.Passed p -> passed = p;
    }
    sayAccepted(passed, "this image");
    Optional<LaunchOutcome.RefusedHere> unsigned =
        ImageSignatureCheck.refuse(image, passed.manifest(), clock.instant(), progress);
    if (unsigned.isPresent()) {
      return unsigned.get();
    }
    LaunchDirectory directory = directory(request, Optional.empty());
    unwinding.undo(directory::close);
    ContainerImage unpacked;
    try (ImageSource source = image.place().open()) {
      switch (ContainerImage.unpack(
          containers, source, ImageSelection.of(passed.manifest()), directory, random)) {
        case ContainerImage.Unpacked.Refused(String reason, String detail) -> {
          return new LaunchOutcome.RefusedHere(reason, image.name() + ": " + detail);
        }
        case ContainerImage.Unpacked.Ready(ContainerImage ready) -> unpacked = ready;
      }
    }
    unwinding.undo(unpacked::close);
    progress.say(
        Progress.Step.COPIED,
        image.name() + " unpacked in a private place and measured: " + unpacked.manifest());
    return switch (LaunchCheck.unpacked(unpacked, passed)) {
      case LaunchCheck.Result.Failed(String reason, String detail) ->
          new LaunchOutcome.RefusedHere(reason, detail);
      case LaunchCheck.Result.Passed same -> {
        try {
          yield launch(
              request,
              directory,
              new PreparedImage(request, containers, unpacked, same),
              same,
              unwinding);
        } catch (UnsoundImageException e) {
          yield new LaunchOutcome.RefusedHere(
              ContainerImage.Fault.UNSOUND_IMAGE.name(), e.getMessage());
        }
      }
    };
  }

  private LaunchOutcome launch(
      LaunchRequest request,
      LaunchDirectory directory,
      Prepared prepared,
      LaunchCheck.Result.Passed passed,
      Unwinding unwinding)
      throws IOException, InterruptedException {
    AgentId agent = passed.statement().statement().predicate().agent();
    VersionCheck version = VersionCheck.of(versions, agent, passed.statement().securityVersion());
    version.warning().ifPresent(text -> progress.say(Progress.Step.WARNING, text));
    LaunchId launch = LaunchId.random(random);
    LaunchKeys keys = LaunchKeys.prepare(attestor, host, agent, request.keys(), progress);
    unwinding.undo(keys::close);
    AtomicReference<Identity> identity = new AtomicReference<>();
    LaunchSecrets secrets = new LaunchSecrets(request.egress().credentials(), clock, progress);
    VerifierClock verifierClock = new VerifierClock(clock, System::nanoTime);
    WayOut out =
        WayOut.open(
            request.egress(),
            new WayOut.Owner(passed.statement(), launch),
            prepared,
            directory.spool(),
            () -> Optional.ofNullable(identity.get()).flatMap(Identity::current),
            secrets,
            verifierClock,
            surroundings,
            unwinding);
    Map<String, String> variables = out.variables(request.environment(), request.egress().routes());
    if (request.egress().workloadApi()) {
      variables.put("SPIFFE_ENDPOINT_SOCKET", prepared.endpoint());
    }
    AgentPlan plan = prepared.plan(variables, out.proxy().address(), out.trust().files());
    Optional<WorkloadServing> workloadApi = Optional.empty();
    if (request.egress().workloadApi()) {
      WorkloadServing serving =
          WorkloadServing.ofVerifier(
              agent,
              prepared.socket(),
              out.peers()::refusal,
              identity::get,
              verifier,
              host.verifier(),
              verifierClock,
              random);
      unwinding.undo(serving::close);
      workloadApi = Optional.of(serving);
    }
    plan.isolation().gaps().forEach(gap -> progress.say(Progress.Step.WARNING, gap));

    LaunchRegister register = attestor.launchRegister(request.register());
    AttestationFlow flow =
        new AttestationFlow(
            attestor,
            register,
            verifier,
            host.verifier(),
            agent,
            launch,
            Bytes.of(passed.envelope()));
    // The register cannot be taken back: whatever can be known to fail, fails before.
    Optional<ProblemDetails> refused = flow.begin();
    if (refused.isPresent()) {
      return new LaunchOutcome.RefusedByVerifier(refused.get());
    }
    register.append(event(request, agent, launch, passed, prepared, plan, keys));
    unwinding.undo(
        () ->
            register.append(new LaunchEvent.Stop(agent, launch, null, LaunchEvent.Cause.ABORTED)));
    progress.say(
        Progress.Step.RECORDED,
        "launch recorded in the TPM (" + register.name() + ") before anything starts");

    RequestKey released;
    Optional<AttestationFlow.Release> release =
        flow.release(keys.sealed(), keys.resident(), version::permits);
    if (release.isEmpty()) {
      return new LaunchOutcome.RefusedHere(
          Refusal.ROLLED_BACK.name(), version.warning().orElseThrow());
    }
    switch (release.get()) {
      case AttestationFlow.Release.NotApproved(ProblemDetails problem) -> {
        return new LaunchOutcome.RefusedByVerifier(problem);
      }
      case AttestationFlow.Release.KeptByTpm(ReleaseOutcome.Reason reason, String detail) -> {
        return new LaunchOutcome.KeptByTpm(reason, detail);
      }
      case AttestationFlow.Release.Released(RequestKey key) -> released = key;
    }
    SigningKeys signing = keys.signing(released, flow);
    unwinding.undo(signing::close);
    progress.say(
        Progress.Step.RELEASED,
        "the verifier approved this state, and the TPM released the "
            + (keys.resident().isPresent()
                ? "key to the agent's secrets; the request key stays in it: "
                : "request key ")
            + keys.requestKey().thumbprint());
    secrets.begin(attestor, agent, keys.secretsKey());

    AttestationResult result;
    switch (signing.attest()) {
      case Answer.Refused<AttestationResult>(ProblemDetails problem) -> {
        return new LaunchOutcome.RefusedByVerifier(problem);
      }
      case Answer.Granted<AttestationResult>(AttestationResult granted) -> result = granted;
    }
    warnOfSkew(result.serverTime());
    Identity live = Identity.start(signing, result, verifierClock, progress);
    unwinding.undo(live::close);
    identity.set(live);
    progress.say(
        Progress.Step.ATTESTED,
        "attested as " + agent + " until " + result.notAfter() + ", renewed by itself");

    version.starting();
    if (workloadApi.isPresent()) {
      workloadApi.get().await();
    }
    progress.starting();
    AgentProcess process = prepared.start(out.peers()::started);
    out.peers().admit(process.handle());
    unwinding.keepAll();
    progress.say(
        Progress.Step.STARTED,
        "started; its requests through http://127.0.0.1:"
            + out.proxy().address().getPort()
            + " are signed");
    return new LaunchOutcome.Running(
        new RunningAgent(
            agent,
            launch,
            keys.requestKey().thumbprint(),
            process,
            out.proxy(),
            live,
            workloadApi,
            register,
            () -> {
              try (prepared) {
                keys.close();
              }
            },
            directory,
            progress));
  }

  private LaunchEvent.Start event(
      LaunchRequest request,
      AgentId agent,
      LaunchId launch,
      LaunchCheck.Result.Passed passed,
      Prepared prepared,
      AgentPlan plan,
      LaunchKeys keys)
      throws IOException, InterruptedException {
    return new LaunchEvent.Start(
        agent,
        launch,
        passed.statement().payloadDigest(),
        passed.artifacts(),
        prepared.runtime(),
        prepared.arguments(),
        request.jvmOptions(),
        request.environment().keySet().stream().sorted().toList(),
        plan.isolation().labels(),
        request.egress().inLaunchEvent(),
        keys.requestKey().thumbprint(),
        keys.use().protection(),
        keys.use().signing(),
        LauncherDigest.ofRunningProgram());
  }

  private void warnOfSkew(Instant serverTime) {
    Duration ahead = Duration.between(clock.instant(), serverTime);
    if (ahead.abs().compareTo(TOLERATED_SKEW) > 0) {
      progress.say(
          Progress.Step.WARNING,
          "this host's clock differs by "
              + ahead.toSeconds()
              + " s from the verifier's; signatures carry the verifier's time");
    }
  }

  private void sayAccepted(LaunchCheck.Result.Passed passed, String what) {
    ReferenceStatement.Predicate p = passed.statement().statement().predicate();
    List<String> words =
        List.of(
            "the reference statement is signed by a trusted key",
            "names exactly " + what + " as " + p.agent(),
            "security version " + p.securityVersion(),
            "valid until " + p.validity().notAfter());
    progress.say(Progress.Step.STATEMENT_ACCEPTED, String.join(", ", words));
  }
}
