// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * The verifier as a Jakarta Servlet filter. Needs the servlet API (6.0 or later), which servlet
 * containers bring along.
 */
package dev.signet.relyingparty.servlet;
