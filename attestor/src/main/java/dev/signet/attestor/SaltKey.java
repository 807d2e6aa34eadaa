// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

/**
 * A loaded decryption key that session secrets are encrypted to. Its public area comes from where
 * it can be trusted (the state directory, or the EK certificate), never from the bus: who sits on
 * the bus would offer his own.
 */
record SaltKey(int handle, PublicArea publicArea) {}
