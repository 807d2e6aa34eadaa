// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Container images, read as an enemy could have written them: which image is meant, what its
 * digests are, and every file in it, in one pass and bounded memory.
 */
package dev.signet.measurements.image;
