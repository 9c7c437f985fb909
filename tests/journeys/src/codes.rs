//! Codes as a partner would hand them over, and how they are loaded.

use http::Method;
use serde_json::{Value, json};

use crate::{Answer, Request, upload::sha256};

/// A file of codes: a header, and a code a line.
#[derive(Clone, Debug)]
pub struct CodeFile {
    text: String,
    count: usize,
}

impl CodeFile {
    /// So many codes, the same for the same seed.
    pub fn of_seed(seed: &str, count: usize) -> Self {
        let mut text = "code\n".to_owned();
        for index in 0..count {
            let hash = sha256(format!("{seed} {index}").as_bytes());
            text.push_str(&format!("GR-{}\n", hash[..12].to_uppercase()));
        }
        Self { text, count }
    }

    /// What announces the file.
    pub fn announcement(&self) -> Value {
        json!({
            "count": self.count,
            "sha256": sha256(self.text.as_bytes()),
            "byte_size": self.text.len(),
        })
    }

    /// Brings the file to where the answer to its announcement says.
    pub fn upload(&self, announced: &Answer) -> Request {
        let target = announced.text_at("/upload/url");
        let mut upload = Request::new(Method::PUT, target).body(self.text.clone());
        let json = announced.json();
        let headers = json.pointer("/upload/headers").and_then(Value::as_object);
        for (name, value) in headers.into_iter().flatten() {
            upload = upload.header(name, value.as_str().unwrap_or_default());
        }
        upload
    }
}
