// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What the launcher extends into the launch register. The measured bytes are the JSON as written,
 * never a re-encoding.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = LaunchEvent.Start.class, name = "start"),
  @JsonSubTypes.Type(value = LaunchEvent.Stop.class, name = "stop")
})
public sealed interface LaunchEvent {
  AgentId agent();

  LaunchId launch();

  /** One measured artifact by its role in the reference statement. */
  record Artifact(String role, Digest digest) {
    public Artifact {
      Require.text(role, 64, "role");
      Require.present(digest, "digest");
    }
  }

  /**
   * An agent is about to start.
   *
   * @param statement SHA-256 of the reference statement (DSSE payload)
   * @param artifacts what was measured, by role, each role once
   * @param runtime what the Java runtime says it is, for people
   * @param arguments the agent's arguments, exactly
   * @param jvmOptions the runtime's options beside those that the launcher gives to every agent;
   *     not written where there are none
   * @param environment names of the variables given to the agent, sorted, without values
   * @param isolation what really separates the agent from the launcher, sorted
   * @param egress what leaves the agent otherwise than signed, sorted, such as {@code pass-through
   *     api.example:443}; not written where there is nothing
   * @param requestKey RFC 7638 thumbprint of the key that will sign this launch's requests, or
   *     vouch for the keys that do
   * @param signing which of the two; not written in events of earlier launchers, which signed
   *     directly
   * @param launcher SHA-256 over the launcher's own files
   */
  record Start(
      AgentId agent,
      LaunchId launch,
      Digest statement,
      List<Artifact> artifacts,
      String runtime,
      List<String> arguments,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> jvmOptions,
      List<String> environment,
      List<String> isolation,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> egress,
      String requestKey,
      KeyProtection keyProtection,
      Signing signing,
      Digest launcher)
      implements LaunchEvent {
    public Start {
      Require.present(agent, "agent");
      Require.present(launch, "launch");
      Require.present(statement, "statement");
      Require.text(runtime, 255, "runtime");
      Require.text(requestKey, 43, "requestKey");
      Require.present(keyProtection, "keyProtection");
      Require.present(launcher, "launcher");
      artifacts = Require.list(artifacts, Limits.ARTIFACTS, "artifacts");
      Set<String> roles = new HashSet<>();
      for (Artifact a : artifacts) {
        if (!roles.add(a.role())) {
          throw new IllegalArgumentException("artifacts: expected each role once");
        }
      }
      arguments = Require.list(arguments, "arguments");
      // An event that does not name any was launched with none.
      jvmOptions = jvmOptions == null ? List.of() : Require.list(jvmOptions, "jvmOptions");
      environment = Require.list(environment, "environment");
      isolation = Require.list(isolation, "isolation");
      signing = signing == null ? Signing.DIRECT : signing;
      // An event that does not name any lets nothing out unsigned.
      egress = egress == null ? List.of() : Require.list(egress, "egress");
    }

    /** Of an agent whose every request is signed, with the request key itself. */
    public Start(
        AgentId agent,
        LaunchId launch,
        Digest statement,
        List<Artifact> artifacts,
        String runtime,
        List<String> arguments,
        List<String> jvmOptions,
        List<String> environment,
        List<String> isolation,
        String requestKey,
        KeyProtection keyProtection,
        Digest launcher) {
      this(
          agent,
          launch,
          statement,
          artifacts,
          runtime,
          arguments,
          jvmOptions,
          environment,
          isolation,
          List.of(),
          requestKey,
          keyProtection,
          Signing.DIRECT,
          launcher);
    }
  }

  /**
   * The launch ended.
   *
   * @param exit the agent's exit code, or null if it is not known
   * @param cause why
   */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  record Stop(AgentId agent, LaunchId launch, Integer exit, Cause cause) implements LaunchEvent {
    public Stop {
      Require.present(agent, "agent");
      Require.present(launch, "launch");
      Require.present(cause, "cause");
    }
  }

  /** Why a launch ended. */
  enum Cause {
    /** The agent's process ended. */
    @JsonProperty("exited")
    EXITED,
    /** The launcher refused or failed before the agent started. */
    @JsonProperty("aborted")
    ABORTED,
    /** A later launcher found it unfinished. */
    @JsonProperty("lost")
    LOST
  }
}
