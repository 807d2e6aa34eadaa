// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.attestor.Attestor;
import dev.signet.attestor.RegisterChoice;
import dev.signet.attestor.ReleaseOutcome;
import dev.signet.attestor.Tpm;
import dev.signet.launcher.AgentLaunch;
import dev.signet.launcher.EnrolledHost;
import dev.signet.launcher.KeyUse;
import dev.signet.launcher.LaunchOutcome;
import dev.signet.launcher.LaunchRequest;
import dev.signet.launcher.Progress;
import dev.signet.launcher.RunningAgent;
import dev.signet.launcher.VerifierClient;
import dev.signet.launcher.process.AgentUser;
import dev.signet.launcher.process.ForwardedSignals;
import dev.signet.launcher.process.IsolationMode;
import dev.signet.launcher.process.LauncherHardening;
import dev.signet.measurements.SignerPolicy;
import dev.signet.protocol.Appraisal;
import dev.signet.protocol.KeyProtection;
import dev.signet.protocol.ProblemDetails;
import dev.signet.protocol.Signing;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "run",
    description = {
      "Starts an agent: measures its JAR or image into the TPM, has its request key released, and signs every"
          + " request that it sends through the local proxy.",
      "Standard streams, signals and the exit code are the agent's, as with java -jar. What Signet"
          + " itself has to say stands on standard error."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  signet run --statement agent.dsse --signer ci.pub.pem --jar agent.jar -- --city zurich",
      "  signet run --statement agent.dsse --signer ci.pub.pem --jar agent.jar"
          + " --class-path lib/a.jar:lib/b.jar",
      "  signet run --statement agent.dsse --signer ci.pub.pem --jar agent.jar"
          + " --credential keys.json",
      "  signet run --statement agent.dsse --signer ci.pub.pem --jar agent.jar"
          + " --key-protection=resident --signing=lease",
      "  signet run --statement agent.dsse --signer ci.pub.pem --image oci:agent-image",
      "  signet run --statement agent.dsse --signer ci.pub.pem"
          + " --image docker://registry.example/agent@sha256:… \\",
      "      --require-image-signature registry.example/agent --image-signer release.pub.pem"
    })
final class RunCommand implements SignetCommand {
  private static final Duration VERIFIER_TIMEOUT = Duration.ofSeconds(15);

  private final Invocation invocation;

  @Mixin private HostOptions host;

  @Mixin private StartedOptions started;

  @Mixin private HostLogOptions logs;

  @Option(
      names = "--statement",
      required = true,
      paramLabel = "FILE",
      description = "The reference statement that CI signed (DSSE envelope or Sigstore bundle).")
  private Path statement;

  @Option(
      names = "--java",
      paramLabel = "HOME",
      description = "Home of the Java runtime for the agent. Default: the one that runs Signet.")
  private Path runtime;

  @Option(
      names = "--jvm",
      paramLabel = "OPTION",
      description = "A JVM option such as -Xmx512m. May be repeated.")
  private List<String> jvmOptions = new ArrayList<>();

  @Option(
      names = "--env",
      paramLabel = "NAME[=VALUE]",
      description =
          "A variable for the agent, from this environment if no value is given. The statement must"
              + " allow its name. May be repeated.")
  private List<String> variables = new ArrayList<>();

  @Mixin private EgressOptions egress;

  @Option(
      names = "--user",
      paramLabel = "NAME",
      description =
          "Run the agent as this user (needs root). Default with --isolation=full: a new one.")
  private String user;

  @Option(
      names = "--isolation",
      paramLabel = "full|none",
      description =
          "full: the agent has a user, network and file systems of its own, and the proxy is its"
              + " only way out; needs root. none: it shares this host's, which the attestation"
              + " result says. Default: ${DEFAULT-VALUE}.",
      defaultValue = "full",
      converter = IsolationConverter.class)
  private IsolationMode isolation;

  @Option(
      names = "--key-protection",
      paramLabel = "sealed|resident",
      description =
          "sealed: the TPM releases the request key into this process's memory. resident: the key is"
              + " made for this launch and never leaves the TPM, which makes each signature, at its"
              + " own pace. Default: ${DEFAULT-VALUE}.",
      defaultValue = "sealed",
      converter = KeyWords.Protections.class)
  private KeyProtection keyProtection;

  @Option(
      names = "--signing",
      paramLabel = "direct|lease",
      description =
          "direct: that key signs every request. lease: it vouches for a software key, which signs"
              + " for some minutes and is then replaced. Default: ${DEFAULT-VALUE}.",
      defaultValue = "direct",
      converter = KeyWords.Signings.class)
  private Signing signing;

  @Option(
      names = "--cwd",
      paramLabel = "DIR",
      description = "Working directory. Default: a new, empty, private one.")
  private Path workingDirectory;

  @Option(
      names = "--register",
      paramLabel = "pcr|nv",
      description =
          "The launch register. Default: nv if this host was provisioned with it (which other users"
              + " of the TPM cannot extend), else pcr.",
      converter = RegisterConverter.class)
  private Appraisal.Register register;

  @Option(
      names = "--register-pcr",
      paramLabel = "PCR",
      description = "Which PCR, for --register pcr. Default: ${DEFAULT-VALUE}.",
      defaultValue = "15")
  private int registerPcr;

  @Option(names = "--json", description = "Tell progress as JSON lines on standard error.")
  private boolean json;

  @Parameters(paramLabel = "ARGUMENT", description = "The agent's arguments, after --.")
  private List<String> arguments = new ArrayList<>();

  RunCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  private record Said(String step, String text) {}

  @Override
  public ExitCode run() throws CommandFailure, IOException {
    throw new IllegalStateException("the exit code is the agent's; see call()");
  }

  /** The agent's exit code. */
  @Override
  public Integer call() throws CommandFailure, IOException {
    LogAsProgress.to(this::say);
    Future<LauncherHardening> hardening = LauncherHardening.begin();
    Path state = host.state(invocation.environment());
    LaunchRequest request = request(state);
    EnrolledHost enrolled = EnrolledHost.load(state);
    // Before anything that is secret is read.
    gaps(hardening).forEach(gap -> say(Progress.Step.WARNING, gap));
    try (Tpm tpm = host.open(invocation);
        VerifierClient verifier =
            new VerifierClient(enrolled.url(), enrolled.trust(), VERIFIER_TIMEOUT);
        Told told = new Told()) {
      AgentLaunch launch =
          new AgentLaunch(
              Attestor.open(tpm, state, logs.files(host.address(invocation.environment()))),
              state,
              enrolled,
              verifier,
              invocation.clock(),
              invocation.random().get(),
              told);
      return switch (launch.start(request, invocation.environment())) {
        case LaunchOutcome.RefusedHere(String reason, String detail) ->
            throw CommandFailure.refused(reason, detail);
        case LaunchOutcome.RefusedByVerifier(ProblemDetails problem) ->
            throw CommandFailure.refusedByVerifier(problem);
        case LaunchOutcome.KeptByTpm(ReleaseOutcome.Reason reason, String detail) ->
            throw CommandFailure.refused(reason, "the TPM kept the request key: " + detail);
        case LaunchOutcome.Running(RunningAgent agent) -> attend(agent, told);
      };
    } catch (IllegalArgumentException e) { // what LaunchRequest asks for cannot be
      throw CommandFailure.usage(e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CommandFailure.unavailable("interrupted", e);
    }
  }

  @Override
  public boolean standardOutputIsAnothers() {
    return true;
  }

  private static List<String> gaps(Future<LauncherHardening> hardening) throws CommandFailure {
    try {
      return hardening.get().gaps();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CommandFailure.unavailable("interrupted", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("hardening tells what it could not do", e.getCause());
    }
  }

  private static int attend(RunningAgent agent, Told told)
      throws IOException, InterruptedException {
    try (agent;
        told) { // before the agent's end is recorded: a second signal ends a launcher that cannot
      told.signals.to(agent.process());
      return agent.waitFor();
    }
  }

  /** Says what happens, and holds back the signals that are for the agent from its start on. */
  private final class Told implements Progress, Closeable {
    private ForwardedSignals signals;

    @Override
    public void say(Step step, String text) {
      RunCommand.this.say(step, text);
    }

    @Override
    public void starting() throws IOException {
      signals = ForwardedSignals.hold();
    }

    @Override
    public void close() throws IOException {
      if (signals != null) {
        signals.close();
      }
    }
  }

  private void say(Progress.Step step, String text) {
    if (json) {
      byte[] line = dev.signet.protocol.StrictJson.encode(new Said(step.wireName(), text));
      invocation.err().write(line, 0, line.length);
      invocation.err().print("\n");
      invocation.err().flush();
    } else {
      invocation.note(step == Progress.Step.WARNING ? "warning: " + text : text);
    }
  }

  private LaunchRequest request(Path state) throws CommandFailure, IOException {
    if (workingDirectory != null && !Files.isDirectory(workingDirectory)) {
      throw CommandFailure.usage("--cwd: expected an existing directory, got " + workingDirectory);
    }
    if (started.isImage() && runtime != null) {
      throw CommandFailure.usage("--java: expected with --jar; an image has its own runtime");
    }
    SignerPolicy signers = started.signers();
    return new LaunchRequest(
        started.program(signers),
        statement,
        signers,
        runtime == null ? Path.of(System.getProperty("java.home")) : runtime,
        jvmOptions,
        arguments,
        environment(),
        Optional.ofNullable(workingDirectory),
        egress.request(),
        isolation,
        user == null ? Optional.empty() : Optional.of(agentUser()),
        PrivateParent.of(state, invocation.environment()),
        new RegisterChoice(Optional.ofNullable(register), registerPcr),
        new KeyUse(keyProtection, signing));
  }

  private AgentUser agentUser() throws CommandFailure, IOException {
    try {
      return new AgentUser(id("-u"), id("-g"));
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage("--user " + user + ": " + e.getMessage());
    }
  }

  private int id(String what) throws CommandFailure, IOException {
    // By its path: what PATH names first may be anybody's.
    Process id = new ProcessBuilder("/usr/bin/id", what, "--", user).start();
    String answer = new String(id.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (!answer.matches("[0-9]{1,9}")) {
      throw CommandFailure.usage("--user: there is no user " + user + " on this host");
    }
    return Integer.parseInt(answer);
  }

  private Map<String, String> environment() throws CommandFailure {
    Map<String, String> chosen = new TreeMap<>();
    for (String variable : variables) {
      int equals = variable.indexOf('=');
      String name = equals < 0 ? variable : variable.substring(0, equals);
      String value =
          equals < 0 ? invocation.environment().get(name) : variable.substring(equals + 1);
      if (name.isEmpty() || value == null) {
        throw CommandFailure.usage(
            "--env " + name + ": expected NAME=VALUE, or a variable that is set here");
      }
      chosen.put(name, value);
    }
    return chosen;
  }
}
