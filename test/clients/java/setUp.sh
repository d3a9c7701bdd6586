mvn --version || { echo "it needs JDK 17 or newer with Maven"; exit 3; }
mvn --quiet --batch-mode package
