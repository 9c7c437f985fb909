//! Roles: what a function may do, and to what.

use super::{
    error::{Problem, TemplateError},
    names,
    properties::{Properties, text, unexpected},
};
use serde_json::Value;

/// A role of IAM with the policies that are written into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Its id in the template.
    pub logical_id: String,
    /// Its ARN.
    pub arn: String,
    /// What it allows. Whatever is not here is denied.
    pub grants: Vec<Grant>,
}

/// Some actions on some resources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Such as `dynamodb:GetItem`.
    pub actions: Vec<String>,
    /// ARNs, in which `*` stands for any text.
    pub resources: Vec<String>,
}

impl Role {
    /// Whether the role may do `action` to `resource`.
    pub fn allows(&self, action: &str, resource: &str) -> bool {
        self.grants.iter().any(|grant| {
            grant.actions.iter().any(|pattern| matches(pattern, action))
                && grant
                    .resources
                    .iter()
                    .any(|pattern| matches(pattern, resource))
        })
    }

    pub(super) fn read(
        logical_id: String,
        mut properties: Properties,
    ) -> Result<Self, TemplateError> {
        let mut grants = Vec::new();
        for mut policy in properties.sections("Policies")? {
            policy.irrelevant(&["PolicyName"]);
            let document = policy.section("PolicyDocument")?;
            let mut document = policy.required("PolicyDocument", document)?;
            document.irrelevant(&["Version"]);
            for statement in document.sections("Statement")? {
                grants.push(Grant::read(statement)?);
            }
            document.finish()?;
            policy.finish()?;
        }
        properties.irrelevant(&[
            "AssumeRolePolicyDocument",
            "Description",
            // Policies of AWS's own are not known here; a role that lives on them may do nothing.
            "ManagedPolicyArns",
            "MaxSessionDuration",
            "Path",
            "PermissionsBoundary",
            "RoleName",
            "Tags",
        ]);
        properties.finish()?;
        Ok(Self {
            arn: names::role_arn(&names::default_name(&logical_id)),
            logical_id,
            grants,
        })
    }
}

impl Grant {
    fn read(mut statement: Properties) -> Result<Self, TemplateError> {
        let effect = statement.required_text("Effect")?;
        if effect != "Allow" {
            let place = statement.place("Effect");
            return Err(place.error(Problem::Unsupported("a role that denies")));
        }
        let actions = one_or_many(&mut statement, "Action")?;
        let resources = one_or_many(&mut statement, "Resource")?;
        statement.irrelevant(&["Sid"]);
        statement.finish()?;
        Ok(Self { actions, resources })
    }
}

fn one_or_many(section: &mut Properties, name: &str) -> Result<Vec<String>, TemplateError> {
    let place = section.place(name);
    match section.value(name) {
        None => Err(place.error(Problem::Required)),
        Some(Value::Array(items)) => items.iter().map(|item| text(item, &place)).collect(),
        Some(Value::String(one)) => Ok(vec![one]),
        Some(other) => Err(unexpected(&place, "a text or a list of them", &other)),
    }
}

/// Whether `text` is what `pattern` says, in which `*` stands for any text.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(text) = text.strip_prefix(start) else {
        return false;
    };
    // The rest may begin anywhere from here on.
    let ends = (0..=text.len()).filter(|end| text.is_char_boundary(*end));
    ends.map(|end| &text[end..]).any(|tail| matches(rest, tail))
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, text, holds) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("a*", "ab", true),
            ("a*", "b", false),
            ("*/index/*", "table/x/index/due", true),
            ("*/index/*", "table/x", false),
            ("a*c", "abbc", true),
            ("a*c", "abb", false),
        ] {
            assert_eq!(matches(pattern, text), holds, "{pattern} {text}");
        }
    }
}
