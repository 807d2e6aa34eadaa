// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.ima;

import java.util.List;

/**
 * What a policy does not allow in a piece of a log.
 *
 * @param first at most as many as the limit says, each path and digest once
 * @param total how many entries there are that are not allowed
 */
public record ImaFindings(List<ImaFinding> first, long total) {
  public ImaFindings {
    first = List.copyOf(first);
  }
}
