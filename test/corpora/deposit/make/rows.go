// Files of Go: its own CSV writer, and Parquet by parquet-go.
package main

import (
	"encoding/csv"
	"os"
	"strconv"
	"time"

	"github.com/parquet-go/parquet-go"
)

type row struct {
	Patient string    `parquet:"patient,zstd"`
	Age     int64     `parquet:"age,delta"`
	Entree  time.Time `parquet:"entree,timestamp(microsecond)"`
	Cout    float64   `parquet:"cout,snappy"`
	Code    string    `parquet:"code,dict"`
	Libelle string    `parquet:"libelle,gzip"`
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	source, err := os.Open(os.Args[1])
	check(err)
	lines, err := csv.NewReader(source).ReadAll()
	check(err)
	rows := []row{}
	for _, line := range lines[1:] {
		age, _ := strconv.ParseInt(line[1], 10, 64)
		day, _ := time.Parse("2006-01-02", line[2])
		cost, _ := strconv.ParseFloat(line[3], 64)
		rows = append(rows, row{line[0], age, day, cost, line[4], line[5]})
	}
	check(parquet.WriteFile(os.Args[2]+"/go-mixed.parquet", rows))
	target, err := os.Create(os.Args[2] + "/go-crlf.csv")
	check(err)
	writer := csv.NewWriter(target)
	writer.UseCRLF = true
	writer.Comma = '|'
	check(writer.WriteAll(lines))
}
