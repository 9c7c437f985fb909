//! What the authorizer needs to start.

use platform::Environment;
use testkit::World;

#[tokio::test]
async fn without_its_table_it_does_not_start_and_says_why() {
    let world = World::start().await;
    let nothing: Environment = std::iter::empty::<(String, String)>().collect();
    let started = authorizer::build(nothing, world.aws.clone(), world.clock.clone()).await;
    let error = started.err().unwrap().to_string();
    assert_eq!(
        error,
        "the configuration is unusable: KEYS_TABLE is not set"
    );
}
