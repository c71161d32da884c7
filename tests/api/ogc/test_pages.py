"""The pages for people under /ogc."""

import re

from fastapi.testclient import TestClient


def test_a_wrong_condition_stays_in_the_form_with_the_sentence_beside_it(client: TestClient) -> None:
    sent = {"f": "html", "filter": "category = giao-thong <", "datetime": "2026-01-01/.."}
    answer = client.get("/ogc/collections/reports/items", params=sent)
    assert answer.status_code == 400
    field = re.search(r'<input id="filter"[^>]*>', answer.text)
    assert field is not None
    assert 'value="category = giao-thong &lt;"' in field[0]
    assert 'aria-invalid="true" aria-describedby="fault-filter"' in field[0]
    assert 'id="fault-filter"' in answer.text
    assert 'value="2026-01-01/.."' in answer.text
    assert "dấu nháy đơn, ví dụ category = &#39;giao-thong&#39;" in answer.text
    wrong = client.get("/ogc/collections/reports/items", params={"f": "html", "bbox": "1,2"})
    assert 'aria-describedby="fault-bbox"' in wrong.text
    assert client.get("/ogc/collections/reports/items", params=sent | {"f": "json"}).json()["code"]
