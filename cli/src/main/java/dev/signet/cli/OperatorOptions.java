// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.launcher.Answer;
import dev.signet.launcher.VerifierClient;
import dev.signet.protocol.Limits;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.ProblemDetails;
import dev.signet.protocol.StrictJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** An operator's calls to the verifier. */
final class OperatorOptions {
  private static final Duration TIMEOUT = Duration.ofSeconds(15);

  @Mixin private VerifierOptions verifier;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "A file with the operator's credential. Default: SIGNET_TOKEN_FILE.")
  private Path tokenFile;

  @Option(names = "--json", description = "Print the verifier's answer as JSON.")
  private boolean json;

  boolean json() {
    return json;
  }

  /**
   * @param body a protocol value, or null for none
   * @return what came; a missing node if nothing did
   */
  JsonNode call(Invocation invocation, String method, String path, Object body)
      throws CommandFailure, IOException {
    try (Session session = open(invocation)) {
      byte[] answer = session.send(method, path, body == null ? null : StrictJson.encode(body));
      return answer.length == 0
          ? StrictJson.tree("{}".getBytes(StandardCharsets.UTF_8), 2)
          : StrictJson.tree(answer, Limits.SNAPSHOT_BYTES);
    } catch (MalformedMessageException e) {
      throw CommandFailure.unavailable("the verifier's answer: " + e.getMessage(), e);
    }
  }

  /** Several calls over one connection. */
  Session open(Invocation invocation) throws CommandFailure, IOException {
    var environment = invocation.environment();
    String token = token(invocation);
    try {
      return new Session(
          new VerifierClient(verifier.url(environment), verifier.trust(environment), TIMEOUT),
          token);
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(e.getMessage());
    }
  }

  /** Calls to the verifier with an operator's credential. */
  record Session(VerifierClient client, String token) implements AutoCloseable {
    /**
     * @param body null for none
     */
    byte[] send(String method, String path, byte[] body) throws CommandFailure, IOException {
      try {
        return switch (client.call(method, path, token, body)) {
          case Answer.Refused<byte[]>(ProblemDetails problem) ->
              throw CommandFailure.refusedByVerifier(problem);
          case Answer.Granted<byte[]>(byte[] answer) -> answer;
        };
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw CommandFailure.unavailable("interrupted", e);
      }
    }

    @Override
    public void close() {
      client.close();
    }
  }

  private record Done(String outcome) {}

  /** Says that something was done of which the verifier has nothing to tell. */
  void done(Invocation invocation, String words) {
    if (json) {
      invocation.print(new Done(ExitCode.GOOD.outcome()));
    } else {
      invocation.say(words);
    }
  }

  /** Prints an answer: one line of JSON, or indented for people. */
  void print(Invocation invocation, JsonNode answer) {
    if (json) {
      invocation.print(answer);
    } else {
      StrictJson.pretty(answer).lines().forEach(invocation::say);
    }
  }

  private String token(Invocation invocation) throws CommandFailure, IOException {
    String named = invocation.environment().get("SIGNET_TOKEN_FILE");
    Path file = tokenFile != null ? tokenFile : named == null ? null : Path.of(named);
    if (file == null) {
      throw CommandFailure.usage(
          "expected --token-file FILE with an operator's credential (or SIGNET_TOKEN_FILE)");
    }
    return CredentialFile.read(file);
  }
}
