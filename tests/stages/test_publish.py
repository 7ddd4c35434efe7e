from tests.support.tiny import one_line


def test_a_page_that_was_not_rendered_is_asked_for(tmp_path, run_stage):
    code, told = run_stage(tmp_path, "publish")
    assert code
    assert one_line(told, "report/_output/index.html is not there; run `make study` first")
    assert not list(tmp_path.iterdir())
