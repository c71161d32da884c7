"""Opens a project of QGIS headless and says what is in it; run by Debian's own Python, which has PyQGIS."""

import json
import sys

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsPointXY,
    QgsProject,
    QgsVectorLayer,
)

application = QgsApplication([], False)
application.initQgis()
project = QgsProject.instance()
read = project.read(sys.argv[1])
found = {"read": read, "crs": project.crs().authid(), "title": project.title(), "layers": []}
for node in project.layerTreeRoot().findLayers():
    layer = node.layer()
    said = {"name": node.name(), "shown": node.isVisible(), "valid": layer is not None and layer.isValid()}
    if said["valid"] and isinstance(layer, QgsVectorLayer):
        names = [field.name() for field in layer.fields()]
        said["features"] = sum(1 for _one in layer.getFeatures())
        said["names"] = {name: layer.attributeDisplayName(number) for number, name in enumerate(names)}
        if layer.renderer().type() == "categorizedSymbol":
            said["legend"] = {
                one.value(): [one.label(), one.symbol().color().name()] for one in layer.renderer().categories()
            }
        said["labels"] = layer.labelsEnabled()
    found["layers"].append(said)
world = QgsCoordinateReferenceSystem("EPSG:4326")
place = QgsCoordinateTransform(world, project.crs(), project).transform(QgsPointXY(108.474, 15.5736))
found["tam_ky"] = [place.x(), place.y()]
print(json.dumps(found))  # noqa: T201 (its purpose)
