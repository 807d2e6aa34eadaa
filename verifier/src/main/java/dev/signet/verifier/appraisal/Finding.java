// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.appraisal;

import dev.signet.protocol.Refusal;

/**
 * One thing that is not as it must be.
 *
 * @param detail both sides, for the audit log
 */
public record Finding(Refusal reason, String detail) {}
