//! The platform's own template.

use std::collections::BTreeMap;

use engines::{Engines, Template};

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../template.yaml");

#[test]
fn the_platforms_template_can_be_read() {
    let template = Template::read(PATH, &BTreeMap::new()).unwrap();
    assert!(!template.tables.is_empty());
    assert!(!template.functions.is_empty());
}

#[tokio::test]
async fn the_platforms_template_can_be_run() {
    let template = Template::read(PATH, &BTreeMap::new()).unwrap();
    for _ in 0..3 {
        let start = std::time::Instant::now();
        let engines = Engines::memory(&template).await.unwrap();
        println!("started in {:?}", start.elapsed());
        drop(engines);
    }
}
