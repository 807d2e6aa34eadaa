// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Structured Field Values for HTTP (RFC 9651, which includes RFC 8941): strict reading and
 * canonical writing of Items, Lists and Dictionaries.
 */
package dev.signet.requestsignatures.structuredfields;
