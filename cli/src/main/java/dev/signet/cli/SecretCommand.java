// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.attestor.AgentSecrets;
import dev.signet.attestor.Attestor;
import dev.signet.attestor.SealedKey;
import dev.signet.attestor.SecretName;
import dev.signet.attestor.SecretValue;
import dev.signet.attestor.Tpm;
import dev.signet.launcher.EnrolledHost;
import dev.signet.launcher.SealedKeys;
import dev.signet.protocol.AgentId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "secret",
    description = {
      "API keys that the launcher adds to an agent's requests, so that the agent never holds them.",
      "They lie on this host, encrypted to a key that its TPM releases for the approved agent only."
    },
    subcommands = {
      SecretCommand.PutSecret.class,
      SecretCommand.ListSecrets.class,
      SecretCommand.RemoveSecret.class
    },
    footerHeading = "%nExamples:%n",
    footer = "  signet secret put llm --agent spiffe://example.org/agent/billing < key")
final class SecretCommand {
  /** A secret by its name, on this host. */
  abstract static class OfAgent implements SignetCommand {
    final Invocation invocation;

    @Mixin HostOptions host;

    @Option(
        names = "--agent",
        required = true,
        paramLabel = "ID",
        description = "Whose secrets: a SPIFFE ID.")
    AgentId agent;

    @Option(names = "--json", description = "Print one JSON object.")
    boolean json;

    OfAgent(Invocation invocation) {
      this.invocation = invocation;
    }

    @Override
    public final ExitCode run() throws CommandFailure, IOException {
      Path state = host.state(invocation.environment());
      try (Tpm tpm = host.open(invocation)) {
        run(Attestor.open(tpm, state), state);
      }
      return ExitCode.GOOD;
    }

    abstract void run(Attestor attestor, Path state) throws CommandFailure, IOException;

    static SecretName named(String name) throws CommandFailure {
      try {
        return new SecretName(name);
      } catch (IllegalArgumentException e) {
        throw CommandFailure.usage(e.getMessage());
      }
    }
  }

  private record Result(String outcome, AgentId agent, SecretName secret, String what) {}

  @Command(
      name = "put",
      description = {
        "Keeps a secret, in place of an earlier one of this name: running agents use it from their"
            + " next request on.",
        "The value is read from standard input or a file, never from the command line, where others"
            + " see it. One line end after it does not count."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  signet secret put llm --agent spiffe://example.org/agent/billing < key",
        "  signet secret put llm --agent spiffe://example.org/agent/billing --from-file key"
      })
  static final class PutSecret extends OfAgent {
    @Parameters(paramLabel = "NAME", description = "What rules call it.")
    private String name;

    @Option(
        names = "--from-file",
        paramLabel = "FILE",
        description = "Read the value from this file. Default: from standard input.")
    private Path file;

    PutSecret(Invocation invocation) {
      super(invocation);
    }

    @Override
    void run(Attestor attestor, Path state) throws CommandFailure, IOException {
      SecretName secret = named(name);
      try (SecretValue value = value()) {
        SealedKey key = SealedKeys.keptOrMade(attestor, EnrolledHost.load(state), agent).key();
        AgentSecrets.Put put =
            attestor
                .secrets(agent)
                .put(key, secret, value, invocation.clock().instant(), invocation.random().get());
        String what =
            switch (put) {
              case ADDED -> "added";
              case REPLACED -> "replaced";
              case FULL ->
                  throw CommandFailure.usage(
                      "an agent has at most "
                          + AgentSecrets.MOST
                          + " secrets on a host; remove one first");
            };
        if (json) {
          invocation.print(new Result(ExitCode.GOOD.outcome(), agent, secret, what));
        } else {
          invocation.say("%-9s %s for %s".formatted(what, secret, agent));
        }
      }
    }

    private SecretValue value() throws CommandFailure, IOException {
      Path source = file == null ? Path.of("-") : file;
      // Room for a line end.
      byte[] read = InputFile.read(source, SecretValue.MAX_BYTES + 2, invocation);
      byte[] bytes = withoutLineEnd(read);
      try {
        return SecretValue.of(bytes);
      } catch (IllegalArgumentException e) {
        throw CommandFailure.usage(e.getMessage());
      } finally {
        Arrays.fill(read, (byte) 0);
        Arrays.fill(bytes, (byte) 0);
      }
    }

    private static byte[] withoutLineEnd(byte[] read) {
      int end = read.length;
      if (end > 0 && read[end - 1] == '\n') {
        end--;
        if (end > 0 && read[end - 1] == '\r') {
          end--;
        }
      }
      return Arrays.copyOf(read, end);
    }
  }

  @Command(
      name = "list",
      description = "Names, sizes, when put and when last used; never values.",
      footerHeading = "%nExamples:%n",
      footer = "  signet secret list --agent spiffe://example.org/agent/billing")
  static final class ListSecrets extends OfAgent {
    private record Row(SecretName name, Instant put, Instant lastUse, int bytes, boolean usable) {}

    private record Listing(String outcome, AgentId agent, List<Row> secrets) {}

    ListSecrets(Invocation invocation) {
      super(invocation);
    }

    @Override
    void run(Attestor attestor, Path state) throws IOException {
      String current =
          attestor.sealedKey(agent).map(key -> key.secretsKey().thumbprint()).orElse("");
      List<Row> rows = new ArrayList<>();
      for (AgentSecrets.Listed s : attestor.secrets(agent).list()) {
        rows.add(
            new Row(
                s.name(), s.put(), s.lastUse().orElse(null), s.bytes(), s.key().equals(current)));
      }
      if (json) {
        invocation.print(new Listing(ExitCode.GOOD.outcome(), agent, rows));
        return;
      }
      for (Row row : rows) {
        invocation.say(
            "%-24s  put %s  last used %-20s  %5d bytes%s"
                .formatted(
                    row.name(),
                    row.put(),
                    row.lastUse() == null ? "never" : row.lastUse(),
                    row.bytes(),
                    row.usable() ? "" : "  of an earlier key: put it anew"));
      }
      if (rows.isEmpty()) {
        invocation.note("no secrets of " + agent + " on this host");
      }
    }
  }

  @Command(
      name = "remove",
      description = "Forgets a secret; running agents lose it with their next request.",
      footerHeading = "%nExamples:%n",
      footer = "  signet secret remove llm --agent spiffe://example.org/agent/billing")
  static final class RemoveSecret extends OfAgent {
    @Parameters(paramLabel = "NAME", description = "What rules call it.")
    private String name;

    RemoveSecret(Invocation invocation) {
      super(invocation);
    }

    @Override
    void run(Attestor attestor, Path state) throws CommandFailure, IOException {
      SecretName secret = named(name);
      if (!attestor.secrets(agent).remove(secret)) {
        throw CommandFailure.usage(
            "there is no secret " + secret + " of " + agent + "; see signet secret list");
      }
      if (json) {
        invocation.print(new Result(ExitCode.GOOD.outcome(), agent, secret, "removed"));
      } else {
        invocation.say("removed   " + secret + " of " + agent);
      }
    }
  }
}
