// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import picocli.CommandLine.Mixin;

/** One request of an operator to the verifier, and what is said of the answer. */
abstract class OperatorCommand implements SignetCommand {
  private final Invocation invocation;
  @Mixin private OperatorOptions operator;

  OperatorCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  /**
   * What is asked.
   *
   * @param body a protocol value, or null for none
   */
  record Request(String method, String path, Object body) {
    static Request get(String path) {
      return new Request("GET", path, null);
    }

    static Request delete(String path) {
      return new Request("DELETE", path, null);
    }

    static Request post(String path, Object body) {
      return new Request("POST", path, body);
    }
  }

  abstract Request request() throws CommandFailure, IOException;

  /** Prints the answer; where the verifier has nothing to tell, a command says what was done. */
  void tell(JsonNode answer, OperatorOptions how, Invocation to) {
    how.print(to, answer);
  }

  @Override
  public final ExitCode run() throws CommandFailure, IOException {
    Request request = request();
    tell(
        operator.call(invocation, request.method(), request.path(), request.body()),
        operator,
        invocation);
    return ExitCode.GOOD;
  }
}
