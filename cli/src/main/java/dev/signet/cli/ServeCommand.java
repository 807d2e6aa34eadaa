// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.protocol.StrictJson;
import dev.signet.verifierservice.ServiceDirectory;
import dev.signet.verifierservice.VerifierServer;
import dev.signet.verifierservice.config.ConfigException;
import dev.signet.verifierservice.config.ServiceConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "serve",
    description = {
      "Runs the verifier service until it is interrupted, or makes a directory for a new one."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  signet serve --init /etc/signet --issuer https://verifier.example:8443 --listen"
          + " 0.0.0.0:8443",
      "  signet serve --config /etc/signet/signet-verifier.yaml"
    })
final class ServeCommand implements SignetCommand {
  private final Invocation invocation;

  @ArgGroup(exclusive = true, multiplicity = "1")
  private What what;

  /** One of the two. */
  static final class What {
    @Option(names = "--config", paramLabel = "FILE", description = "Run with this configuration.")
    private Path config;

    @Option(
        names = "--init",
        paramLabel = "DIR",
        description = "Make a new verifier's configuration and first operator's credential.")
    private Path init;
  }

  @Option(
      names = "--issuer",
      paramLabel = "URL",
      description = "With --init: the verifier's name for ever. Default: https:// and --listen.")
  private String issuer;

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      description = "With --init. Default: ${DEFAULT-VALUE}.")
  private String listen = "127.0.0.1:8443";

  @Option(
      names = "--new-epoch",
      description = "The database was restored from a backup: begin a new epoch of snapshots.")
  private boolean newEpoch;

  @Option(names = "--json", description = "Print one JSON object when ready.")
  private boolean json;

  ServeCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  private record Made(String outcome, String config, String operatorToken, String makers) {}

  private record Ready(
      String outcome, String url, String pin, String snapshotKey, int operationsPort) {}

  @Override
  public ExitCode run() throws CommandFailure, IOException {
    try {
      return what.init != null ? initialise() : serve();
    } catch (ConfigException e) {
      throw CommandFailure.usage(e.getMessage().replace("\n", "; "));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ExitCode.GOOD;
    }
  }

  private ExitCode initialise() throws CommandFailure, IOException, ConfigException {
    int colon = listen.lastIndexOf(':');
    String port = colon < 0 ? "" : listen.substring(colon + 1);
    if (!port.matches("[0-9]{1,5}") || colon == 0) {
      throw CommandFailure.usage("--listen: expected HOST:PORT, got " + listen);
    }
    String name = issuer == null ? "https://" + listen : issuer;
    ServiceDirectory.Created made =
        ServiceDirectory.create(
            what.init,
            name,
            listen.substring(0, colon),
            Integer.parseInt(port),
            invocation.random().get());
    if (json) {
      invocation.print(
          new Made(
              ExitCode.GOOD.outcome(),
              made.config().toString(),
              made.operatorCredential().toString(),
              made.makers().toString()));
    } else {
      invocation.say("configuration  " + made.config());
      invocation.say("credential     " + made.operatorCredential() + " (move it off this machine)");
      invocation.say("makers         " + made.makers() + " (put TPM makers' certificates here)");
      invocation.say("next           signet serve --config " + made.config());
    }
    return ExitCode.GOOD;
  }

  private ExitCode serve() throws IOException, ConfigException, InterruptedException {
    ServiceConfig config = ServiceConfig.load(what.config);
    VerifierServer.Options options =
        new VerifierServer.Options(newEpoch, invocation.clock(), invocation.random().get());
    CountDownLatch stopped = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    Thread hook =
        new Thread(
            () -> {
              stopped.countDown();
              await(closed);
            });
    try (VerifierServer server = VerifierServer.start(config, options)) {
      Runtime.getRuntime().addShutdownHook(hook);
      String url = "https://" + config.listen().host() + ":" + server.port();
      if (json) {
        invocation.print(
            new Ready(
                "ready",
                url,
                server.pin().toString(),
                new String(
                    StrictJson.encode(server.snapshotKey()),
                    java.nio.charset.StandardCharsets.UTF_8),
                server.operationsPort()));
      } else {
        invocation.say("ready          " + url + " as " + config.issuer());
        invocation.say("for hosts      --verifier " + url + " --verifier-pin " + server.pin());
        invocation.say(
            "for operators  export SIGNET_VERIFIER="
                + url
                + " SIGNET_VERIFIER_PIN="
                + server.pin());
        invocation.say(
            "for services   "
                + server.snapshotKeyFile()
                + " (snapshot key "
                + server.snapshotKey().thumbprint()
                + ")");
        invocation.say(
            "for auditors   " + server.auditKeyFile() + " (audit key; see signet audit verify)");
      }
      invocation.out().flush();
      stopped.await();
      invocation.note("stopping");
    } finally {
      closed.countDown();
    }
    return ExitCode.GOOD;
  }

  /** The JVM halts when its hooks return: this one holds it until the server is closed. */
  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
