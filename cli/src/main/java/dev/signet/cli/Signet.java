// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.launcher.Preparation;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.Digest;
import dev.signet.protocol.HostId;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.TypeConversionException;

/** The one command, {@code signet}. */
@Command(
    name = "signet",
    description = {
      "Runs AI agents whose build is measured into a TPM and whose requests a key in that TPM"
          + " vouches for.",
      ""
    },
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    optionListHeading = "Options:%n",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:good",
      "1:refused by policy",
      "2:not authentic",
      "64:wrong call",
      "69:something needed is unavailable",
      "70:a fault in Signet"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  signet keys new --out ci",
      "  signet measure --jar agent.jar --agent spiffe://example.org/agent/billing --svn 1 \\",
      "      --egress \"POST api.llm.example/v1/*\" --out statement.json",
      "  signet sign --key ci.pem statement.json --out statement.dsse",
      "  signet check statement statement.dsse --signer ci.pub.pem --jar agent.jar",
      "",
      "'signet COMMAND --help' tells more. SIGNET_DEBUG=1 prints stack traces.",
      "A source tree has also ./signet demo, ./signet test and ./signet bench."
    },
    versionProvider = VersionCommand.Version.class)
public final class Signet {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this help and exit.")
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Print the version and exit.")
  private boolean version;

  private Signet() {}

  public static void main(String[] arguments) {
    if (arguments.length > 0 && arguments[0].equals("run")) {
      Preparation.begin(); // beside the reading of options
    }
    Invocation invocation =
        new Invocation(
            System.in,
            utf8(FileDescriptor.out),
            utf8(FileDescriptor.err),
            System.getenv(),
            Clock.systemUTC(),
            SecureRandom::new);
    System.exit(run(invocation, arguments));
  }

  /**
   * Runs one command line; never throws and never exits the JVM.
   *
   * @return an {@link ExitCode}, or the agent's own where a command passes that through
   */
  static int run(Invocation invocation, String... arguments) {
    boolean json = Arrays.asList(untilDashes(arguments)).contains("--json");
    int code;
    try {
      code = commandLine(invocation, json, commands(arguments)).execute(arguments);
    } catch (RuntimeException | Error e) { // the outermost frame: there is nobody else to tell
      code = FailureReport.report(e, json, invocation).code();
    }
    invocation.err().flush();
    return ResultStream.deliver(invocation, code);
  }

  /** The whole of it, as its help shows it. */
  static CommandLine commandLine(Invocation invocation) {
    return commandLine(invocation, false, everyCommand());
  }

  private static CommandLine commandLine(
      Invocation invocation, boolean json, List<Class<?>> commands) {
    CommandLine line = new CommandLine(new Signet(), new Commands(invocation));
    commands.forEach(line::addSubcommand);
    line.registerConverter(AgentId.class, Signet::agent)
        .registerConverter(HostId.class, text -> converted(HostId::new, text))
        .registerConverter(Digest.class, text -> converted(Digest::parse, text))
        .registerConverter(Instant.class, Signet::time)
        .registerConverter(long.class, Signet::number)
        .registerConverter(Long.class, Signet::number);
    return line.setOut(new PrintWriter(invocation.out(), true, StandardCharsets.UTF_8))
        .setErr(new PrintWriter(invocation.err(), true, StandardCharsets.UTF_8))
        .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
        .setExpandAtFiles(false) // an argument of the agent's may begin with @
        .setUsageHelpWidth(100)
        .setUsageHelpLongOptionsMaxWidth(28)
        .setParameterExceptionHandler((e, arguments) -> wrongCall(e, json, invocation))
        .setExecutionExceptionHandler((e, command, result) -> report(e, command, json, invocation));
  }

  private static List<Class<?>> everyCommand() {
    return List.of(
        KeysCommand.class,
        MeasureCommand.class,
        SignCommand.class,
        CheckCommand.class,
        PolicyCommand.class,
        ProvisionCommand.class,
        DeprovisionCommand.class,
        BootCommand.class,
        RegisterCommand.class,
        EnrollCommand.class,
        RunCommand.class,
        TrafficCommand.class,
        SecretCommand.class,
        ServeCommand.class,
        HostCommand.class,
        HostsCommand.class,
        AgentCommand.class,
        AgentsCommand.class,
        VerifierCommand.class,
        RevocationCommand.Revoke.class,
        RevocationCommand.Reinstate.class,
        AuditCommand.class,
        DoctorCommand.class,
        TpmCommand.class,
        VersionCommand.class);
  }

  /**
   * Of the commands those that the arguments may mean. An agent that starts need not wait until the
   * options of all others are read; and the launcher's JAR has no other than the host's commands.
   */
  private static List<Class<?>> commands(String[] arguments) {
    return switch (arguments.length == 0 ? "" : arguments[0]) {
      case "run" -> List.of(RunCommand.class);
      case "provision" -> List.of(ProvisionCommand.class);
      case "deprovision" -> List.of(DeprovisionCommand.class);
      case "boot" -> List.of(BootCommand.class);
      case "register" -> List.of(RegisterCommand.class);
      case "enroll" -> List.of(EnrollCommand.class);
      case "secret" -> List.of(SecretCommand.class);
      case "doctor" -> List.of(DoctorCommand.class);
      case "traffic" -> List.of(TrafficCommand.class);
      default -> everyCommand();
    };
  }

  private static int wrongCall(ParameterException e, boolean json, Invocation invocation) {
    CommandLine.Model.CommandSpec spec = e.getCommandLine().getCommandSpec();
    List<String> unknown = e.getCommandLine().getUnmatchedArguments();
    String message = e.getMessage();
    if (!unknown.isEmpty()) { // a misspelt option is the likely reason for a missing one
      String first = unknown.getFirst();
      Set<String> names = new TreeSet<>(spec.optionsMap().keySet());
      names.addAll(spec.subcommands().keySet());
      message =
          "unknown "
              + (first.startsWith("-") ? "option " : "argument ")
              + first
              + Nearest.to(first, names).map(n -> "; did you mean " + n + "?").orElse("");
    }
    if (e.getCommandLine().getParent() == null && unknown.isEmpty() && !json) {
      e.getCommandLine().usage(invocation.err());
    }
    String help = spec.qualifiedName() + " --help";
    CommandFailure failure = CommandFailure.usage(message + " (see: " + help + ")");
    return report(failure, e.getCommandLine(), json, invocation);
  }

  private static int report(Throwable e, CommandLine line, boolean json, Invocation invocation) {
    boolean anothers =
        line.getCommand() instanceof SignetCommand command && command.standardOutputIsAnothers();
    return FailureReport.report(e, json, anothers ? invocation.withoutOutput() : invocation).code();
  }

  private static AgentId agent(String text) {
    return converted(AgentId::new, text);
  }

  private static <T> T converted(Function<String, T> parse, String text) {
    try {
      return parse.apply(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }

  private static Instant time(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new TypeConversionException(
          "expected a time such as 2026-11-21T10:15:30Z, got \"" + text + "\"");
    }
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new TypeConversionException("expected a whole number, got \"" + text + "\"");
    }
  }

  /** What follows {@code --} belongs to the agent. */
  private static String[] untilDashes(String[] arguments) {
    int end = Arrays.asList(arguments).indexOf("--");
    return end < 0 ? arguments : Arrays.copyOf(arguments, end);
  }

  private static PrintStream utf8(FileDescriptor descriptor) {
    return new ResultStream(new BufferedOutputStream(new FileOutputStream(descriptor)));
  }

  /** Makes every command with the invocation that it runs in. */
  private record Commands(Invocation invocation) implements CommandLine.IFactory {
    @Override
    public <K> K create(Class<K> type) throws Exception {
      if (!SignetCommand.class.isAssignableFrom(type)) {
        return CommandLine.defaultFactory().create(type);
      }
      try {
        return type.getDeclaredConstructor(Invocation.class).newInstance(invocation);
      } catch (InvocationTargetException e) {
        throw new IllegalStateException(type + " must not fail when it is made", e.getCause());
      }
    }
  }
}
