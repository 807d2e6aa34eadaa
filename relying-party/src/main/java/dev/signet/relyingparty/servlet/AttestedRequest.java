// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.relyingparty.servlet;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.Part;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Collection;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Map;

/** The request as servlets see it: its body only through the check. */
final class AttestedRequest extends HttpServletRequestWrapper {
  private final ServletResponse response;
  private final AttestedBody body;
  private ServletInputStream stream;
  private BufferedReader reader;
  private Map<String, String[]> parameters;
  private boolean wentOn;

  AttestedRequest(HttpServletRequest request, ServletResponse response, AttestedBody body) {
    super(request);
    this.response = response;
    this.body = body;
  }

  @Override
  public ServletInputStream getInputStream() {
    if (reader != null) {
      throw new IllegalStateException("getReader was called");
    }
    if (stream == null) {
      stream = new CheckedStream();
    }
    return stream;
  }

  @Override
  public BufferedReader getReader() throws IOException {
    if (reader == null) {
      if (stream != null) {
        throw new IllegalStateException("getInputStream was called");
      }
      reader = new BufferedReader(new InputStreamReader(new CheckedStream(), charset()));
    }
    return reader;
  }

  // The container has no body left to take form parameters from; they come from the checked one.

  @Override
  public Map<String, String[]> getParameterMap() {
    if (parameters == null) {
      parameters =
          FormParameters.of(
              getQueryString(),
              AttestedBody.isForm((HttpServletRequest) getRequest())
                  ? body.whole().orElse(new byte[0])
                  : new byte[0],
              getContentType());
    }
    return parameters;
  }

  @Override
  public String getParameter(String name) {
    String[] values = getParameterMap().get(name);
    return values == null ? null : values[0];
  }

  @Override
  public String[] getParameterValues(String name) {
    String[] values = getParameterMap().get(name);
    return values == null ? null : values.clone();
  }

  @Override
  public Enumeration<String> getParameterNames() {
    return Collections.enumeration(getParameterMap().keySet());
  }

  @Override
  public Collection<Part> getParts() throws ServletException {
    throw new ServletException("parts are not offered here; parse the checked body instead");
  }

  @Override
  public Part getPart(String name) throws ServletException {
    throw new ServletException("parts are not offered here; parse the checked body instead");
  }

  /**
   * With this request: what goes on asynchronously would otherwise get the one beneath, whose body
   * nobody checks (Jakarta Servlet 6.0, {@code ServletRequest.startAsync()}).
   */
  @Override
  public AsyncContext startAsync() {
    return startAsync(this, response);
  }

  @Override
  public AsyncContext startAsync(ServletRequest request, ServletResponse response) {
    AsyncContext context = super.startAsync(request, response);
    wentOn = true; // where it is refused, nothing went on
    return context;
  }

  /** Whether the answer is another thread's, also where it is finished by now. */
  boolean wentOn() {
    return wentOn;
  }

  /** Nothing after the body is signed. */
  @Override
  public boolean isTrailerFieldsReady() {
    return true;
  }

  @Override
  public Map<String, String> getTrailerFields() {
    return Map.of();
  }

  private Charset charset() throws IOException {
    String name = getCharacterEncoding();
    try {
      return name == null ? StandardCharsets.UTF_8 : Charset.forName(name);
    } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
      throw new IOException("the body's character encoding is not known here", e);
    }
  }

  private final class CheckedStream extends ServletInputStream {
    private boolean finished;

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int read = body.read(buffer, offset, length);
      finished = read < 0;
      return read;
    }

    @Override
    public int available() throws IOException {
      return body.available();
    }

    @Override
    public boolean isFinished() {
      return finished;
    }

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void setReadListener(ReadListener listener) {
      throw new IllegalStateException("checked bodies are read by blocking reads only");
    }
  }
}
