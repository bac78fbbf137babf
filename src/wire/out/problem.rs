//! Errors: RFC 9457 problem details that also carry `code` and `message`, the two members Segment's SDKs read.

use std::borrow::Cow;

use serde::Serialize;

/// Why a request was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    #[serde(rename = "type")]
    kind: String,
    title: &'static str,
    status: u16,
    detail: Cow<'static, str>,
    code: &'static str,
    message: Cow<'static, str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    profiles: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<String>,
}

impl Problem {
    /// The media type of the answer.
    pub const MEDIA_TYPE: &'static str = "application/problem+json";

    /// A problem. `code` is stable and for programs, `title` says the same for people, `detail` says what was
    /// expected here and never holds what a client sent.
    pub fn new(
        status: u16,
        code: &'static str,
        title: &'static str,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        let detail = detail.into();
        let kind = format!("urn:yekta:problem:{code}");
        Self {
            kind,
            title,
            status,
            message: detail.clone(),
            detail,
            code,
            profiles: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// Names the profiles between which the request does not decide.
    #[must_use]
    pub fn with_profiles(self, profiles: Vec<String>) -> Self {
        Self { profiles, ..self }
    }

    /// Names all that is wrong with what was sent, one each.
    #[must_use]
    pub fn with_problems(self, problems: Vec<String>) -> Self {
        Self { problems, ..self }
    }

    /// The HTTP status.
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The reason, for programs.
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// The reason, for people.
    pub fn message(&self) -> &str {
        &self.message
    }
}

#[cfg(test)]
mod tests {
    use super::Problem;

    #[test]
    fn a_problem_has_the_members_of_the_rfc_and_of_the_sdks() {
        let split = Problem::new(
            409,
            "profile_split",
            "The profile was split",
            "ask for one of the profiles",
        );
        insta::assert_snapshot!(
            serde_json::to_string_pretty(&split.with_profiles(vec!["a".to_owned(), "b".to_owned()])).unwrap(),
            @r#"
        {
          "type": "urn:yekta:problem:profile_split",
          "title": "The profile was split",
          "status": 409,
          "detail": "ask for one of the profiles",
          "code": "profile_split",
          "message": "ask for one of the profiles",
          "profiles": [
            "a",
            "b"
          ]
        }
        "#
        );
    }
}
