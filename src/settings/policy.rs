//! The policy that pages are served under (Content Security Policy 3): nothing runs or loads that
//! is not the site's own, but for what `allow_origins` names, and no script may write text into the
//! page as HTML (Trusted Types).
//!
//! It stands in `_headers`, and in each page for hosts that read no such file. A page cannot say
//! who may frame it (CSP 3, § 3.3: `frame-ancestors` is ignored there), so its own policy leaves
//! that out.

use super::{FeedbackWay, Settings};

impl Settings {
    /// The policy as a page's `meta` element has it.
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

    /// The policy as a host sends it.
    pub fn policy(&self) -> String {
        format!("{}; frame-ancestors 'self'", self.page_policy())
    }
}
