// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The SPIFFE Workload API for one agent: gRPC over a UNIX socket that only its processes may use.
 */
package dev.signet.launcher.workload;
