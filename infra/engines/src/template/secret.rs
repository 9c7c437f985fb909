//! Secrets of Secrets Manager.

use serde_json::{Map, Value};

use super::{
    error::{Problem, TemplateError},
    names,
    properties::{Properties, unexpected},
};

/// A secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// Its id in the template.
    pub logical_id: String,
    /// Its name.
    pub name: String,
    /// What it holds at first.
    pub value: SecretValue,
}

/// What a secret holds at first.
#[derive(Clone, PartialEq, Eq)]
pub enum SecretValue {
    /// Exactly this.
    Fixed(String),
    /// Something made at random once.
    Generated(GeneratedSecret),
}

/// A value from a template is no credential of anyone's, but a log is still no place for it.
impl std::fmt::Debug for SecretValue {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Fixed(_) => formatter.write_str("Fixed(…)"),
            Self::Generated(generated) => {
                formatter.debug_tuple("Generated").field(generated).finish()
            }
        }
    }
}

/// How a secret is made at random.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratedSecret {
    /// How many characters.
    pub length: usize,
    /// The characters it is made of.
    pub alphabet: String,
    /// A JSON object that the text goes into, and under which key; alone if there is none.
    pub template: Option<(Map<String, Value>, String)>,
}

const PUNCTUATION: &str = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
const DEFAULT_LENGTH: u32 = 32;

impl Secret {
    /// Its ARN, which is what `!Ref` gives.
    pub fn arn(&self) -> String {
        names::secret_arn(&self.name)
    }

    pub(super) fn read(
        logical_id: String,
        name: String,
        mut properties: Properties,
    ) -> Result<Self, TemplateError> {
        let fixed = properties.text("SecretString")?;
        let generated = properties.section("GenerateSecretString")?;
        let place = properties.place("SecretString");
        let value = match (fixed, generated) {
            (Some(text), None) => SecretValue::Fixed(text),
            (None, Some(section)) => SecretValue::Generated(generate(section)?),
            (None, None) => return Err(place.error(Problem::Required)),
            (Some(_), Some(_)) => {
                return Err(place.error(Problem::Unsupported(
                    "a secret that is both given and generated",
                )));
            }
        };
        properties.irrelevant(&["Description", "KmsKeyId", "Name", "ReplicaRegions", "Tags"]);
        properties.finish()?;
        Ok(Self {
            logical_id,
            name,
            value,
        })
    }
}

fn generate(mut section: Properties) -> Result<GeneratedSecret, TemplateError> {
    let length = section.count("PasswordLength")?.unwrap_or(DEFAULT_LENGTH);
    let excluded = section.text("ExcludeCharacters")?.unwrap_or_default();
    let mut alphabet = String::new();
    for (flag, characters) in [
        ("ExcludeLowercase", "abcdefghijklmnopqrstuvwxyz"),
        ("ExcludeUppercase", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        ("ExcludeNumbers", "0123456789"),
        ("ExcludePunctuation", PUNCTUATION),
    ] {
        if !section.flag(flag)?.unwrap_or(false) {
            alphabet.push_str(characters);
        }
    }
    if section.flag("IncludeSpace")?.unwrap_or(false) {
        alphabet.push(' ');
    }
    alphabet.retain(|character| !excluded.contains(character));
    if alphabet.is_empty() {
        let place = section.place("ExcludeCharacters");
        return Err(place.error(Problem::Unsupported("a secret made of no characters")));
    }
    let template = section.text("SecretStringTemplate")?;
    let key = section.text("GenerateStringKey")?;
    let template = match (template, key) {
        (None, None) => None,
        (Some(template), Some(key)) => match serde_json::from_str(&template) {
            Ok(object) => Some((object, key)),
            Err(_) => {
                let place = section.place("SecretStringTemplate");
                return Err(unexpected(
                    &place,
                    "a text of a JSON object",
                    &template.into(),
                ));
            }
        },
        (template, _) => {
            let absent = match template {
                Some(_) => "GenerateStringKey",
                None => "SecretStringTemplate",
            };
            return Err(section.place(absent).error(Problem::Required));
        }
    };
    section.irrelevant(&["RequireEachIncludedType"]);
    section.finish()?;
    Ok(GeneratedSecret {
        length: length as usize,
        alphabet,
        template,
    })
}
