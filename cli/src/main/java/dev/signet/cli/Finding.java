// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

/**
 * One thing that is wrong.
 *
 * @param reason a stable name, see docs/refusals.md
 * @param detail what was expected and what came
 */
record Finding(String reason, String detail) {}
