// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image;

import java.util.List;
import java.util.Optional;

/**
 * What an image says about how it is to be run (OCI image configuration, {@code config}).
 *
 * @param user {@code USER[:GROUP]}, names or numbers, or empty
 * @param entrypoint the program and its first arguments, or empty
 * @param cmd the arguments that follow if nobody gives others, or empty
 * @param env {@code NAME=VALUE}, in the image's order
 * @param workingDir absolute, or empty
 * @param stopSignal such as {@code SIGTERM}, if it names one
 */
public record ImageConfig(
    Platform platform,
    String user,
    List<String> entrypoint,
    List<String> cmd,
    List<String> env,
    String workingDir,
    Optional<String> stopSignal) {
  public ImageConfig {
    entrypoint = List.copyOf(entrypoint);
    cmd = List.copyOf(cmd);
    env = List.copyOf(env);
  }
}
