// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import java.nio.file.Path;

/**
 * What every scene is played with.
 *
 * @param jar the agent that CI built
 * @param signer CI's public key
 * @param statement what CI signed about the JAR
 */
record Props(World world, Story story, Path jar, Path signer, Path statement) {}
