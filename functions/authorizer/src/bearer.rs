//! The `Authorization` header's one accepted form.

/// The token of `Bearer <token>` (RFC 6750): one header, the scheme in any case, one space.
pub(crate) fn token(identity_source: &[String]) -> Option<&str> {
    let [header] = identity_source else {
        return None;
    };
    let (scheme, token) = header.split_once(' ')?;
    let one_word = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    (scheme.eq_ignore_ascii_case("bearer") && one_word).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_token_after_the_scheme_and_one_space_is_taken() {
        for header in ["Bearer a.b.c", "bearer a.b.c", "BEARER a.b.c"] {
            assert_eq!(token(&[header.to_owned()]), Some("a.b.c"), "{header}");
        }
    }

    #[test]
    fn every_other_header_is_refused() {
        for header in [
            "",
            " ",
            "Bearer",
            "Bearer ",
            "Bearer  a.b.c",
            "Bearer a.b.c ",
            " Bearer a.b.c",
            "Bearer\ta.b.c",
            "Bearer a.b.c d",
            "Bearer a.b.c, Bearer d.e.f",
            "Bearer a.b.c\n",
            "Bearer a.b.\u{e9}",
            "Basic a.b.c",
            "Bearera.b.c",
            "a.b.c",
            "Token a.b.c",
        ] {
            assert_eq!(token(&[header.to_owned()]), None, "{header:?}");
        }
    }

    #[test]
    fn no_header_and_two_headers_are_refused() {
        let header = "Bearer a.b.c".to_owned();
        assert_eq!(token(&[]), None);
        assert_eq!(token(&[header.clone(), header]), None);
    }
}
