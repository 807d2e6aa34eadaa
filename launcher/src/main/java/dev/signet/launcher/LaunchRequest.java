// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.attestor.RegisterChoice;
import dev.signet.launcher.process.AgentUser;
import dev.signet.launcher.process.IsolationMode;
import dev.signet.measurements.SignerPolicy;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What somebody asks the launcher to start.
 *
 * @param program a JAR or an image; an image has its own Java runtime, its own user and directory,
 *     and so takes none of what is said of them here
 * @param statement the DSSE envelope that CI signed
 * @param signers whose signatures count here; the verifier has its own list
 * @param runtime home of the Java runtime for the agent
 * @param jvmOptions heap sizes and the like
 * @param arguments the agent's
 * @param environment variables for the agent, whose names the statement must allow
 * @param workingDirectory an existing directory; without one, a new empty one
 * @param egress how its requests leave
 * @param isolation how far it is kept apart from the host
 * @param user another user for the agent; needs root. Without one, full isolation takes a user that
 *     nobody else is
 * @param privateParent an existing directory for the launch's private files
 * @param register where the launch is recorded
 * @param keys how the request key is kept and used
 */
public record LaunchRequest(
    Program program,
    Path statement,
    SignerPolicy signers,
    Path runtime,
    List<String> jvmOptions,
    List<String> arguments,
    Map<String, String> environment,
    Optional<Path> workingDirectory,
    EgressRequest egress,
    IsolationMode isolation,
    Optional<AgentUser> user,
    Path privateParent,
    RegisterChoice register,
    KeyUse keys) {
  public LaunchRequest {
    jvmOptions = List.copyOf(jvmOptions);
    arguments = List.copyOf(arguments);
    environment = Map.copyOf(environment);
    Objects.requireNonNull(egress, "egress");
    Objects.requireNonNull(isolation, "isolation");
    Objects.requireNonNull(register, "register");
    Objects.requireNonNull(keys, "keys");
    if (program instanceof Program.Image
        && (!jvmOptions.isEmpty() || workingDirectory.isPresent() || user.isPresent())) {
      throw new IllegalArgumentException(
          "an image is started as its configuration and the reference statement say: expected no"
              + " JVM options, working directory or user beside them");
    }
  }

  /** With a sealed request key that signs itself. */
  public LaunchRequest(
      Program program,
      Path statement,
      SignerPolicy signers,
      Path runtime,
      List<String> jvmOptions,
      List<String> arguments,
      Map<String, String> environment,
      Optional<Path> workingDirectory,
      EgressRequest egress,
      IsolationMode isolation,
      Optional<AgentUser> user,
      Path privateParent,
      RegisterChoice register) {
    this(
        program,
        statement,
        signers,
        runtime,
        jvmOptions,
        arguments,
        environment,
        workingDirectory,
        egress,
        isolation,
        user,
        privateParent,
        register,
        KeyUse.DEFAULT);
  }
}
