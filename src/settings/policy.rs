//! The Content Security Policy (level 3) that pages are served under. Nothing runs or loads that is
//! not part of the site, except from the origins in `allow_origins`, and no script may insert text
//! into the page as HTML (Trusted Types).
//!
//! The policy is in `_headers`, and in each page for hosts that do not read that file. A page
//! cannot state who may frame it (CSP 3, § 3.3: `frame-ancestors` is ignored there), so the policy
//! in pages omits that directive.

use super::{FeedbackWay, Settings};

impl Settings {
    /// Returns the policy for the `meta` element of a page.
    pub fn page_policy(&self) -> String {
        let allowed: String = self
            .allow_origins
            .iter()
            .map(|origin| format!(" {origin}"))
            .collect();
        let answers = self
            .feedback
            .as_ref()
            .and_then(FeedbackWay::origin)
            .map(|origin| format!(" {origin}"))
            .unwrap_or_default();
        format!(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:{allowed}; media-src 'self'{allowed}; font-src 'self'; connect-src 'self'; \
             manifest-src 'self'; frame-src 'self'{allowed}; form-action 'self'{answers}; base-uri 'none'; require-trusted-types-for 'script'"
        )
    }

    /// Returns the policy for the host's response headers.
    pub fn policy(&self) -> String {
        format!("{}; frame-ancestors 'self'", self.page_policy())
    }
}
