// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * What a service needs to tell attested agents from everybody else: {@link
 * dev.signet.relyingparty.RequestVerifier}, a {@link dev.signet.relyingparty.ReplayGuard}, the
 * {@link dev.signet.relyingparty.TrustCache} and its feed, and a servlet filter over them.
 */
package dev.signet.relyingparty;
