// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures.structuredfields;

/** What a List or Dictionary holds: an Item or an Inner List, with parameters (RFC 9651). */
public sealed interface Member permits Item, InnerList {
  Parameters parameters();
}
